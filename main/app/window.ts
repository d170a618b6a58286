import type { BrowserWindowConstructorOptions, Rectangle } from 'electron'
import type { StateStore } from '../host/state-store.ts'
import type { Clock } from '../master/clock.ts'
import type { Stop } from '../master/model.ts'
import type { ElectronPorts, WindowPort } from './ports.ts'
import { placeWindow, SMALLEST } from './window-bounds.ts'

export interface WindowSetting {
  readonly state: StateStore
  readonly clock: Clock
  readonly url: string
  readonly preload: string
  readonly log: (text: string) => void
}

// The page's own background, so that nothing flashes before its first paint.
const BACKGROUND = { light: '#f3f4f6', dark: '#1b1d21' }
const SETTLED_MS = 500
// Longer than a first paint takes on a slow machine, short enough that nobody starts the app again.
const SHOW_AT_LATEST_MS = 2_000

/** Opens the window with our page, where it was last, and remembers where it goes. */
export function openWindow(
  {
    createWindow,
    nativeTheme,
    screen,
  }: Pick<ElectronPorts, 'createWindow' | 'nativeTheme' | 'screen'>,
  { state, clock, url, preload, log }: WindowSetting,
): WindowPort {
  const saved = state.get('window')
  const bounds = placeWindow(saved, screen.getAllDisplays(), screen.getPrimaryDisplay())
  const window = createWindow(windowOptions(bounds, nativeTheme.shouldUseDarkColors, preload))
  showOnce(window, clock, saved?.maximized ?? false)
  rememberBounds(window, state, clock)
  window.loadURL(url).catch((error: Error) => log(`the page could not be loaded: ${error.message}`))
  return window
}

export function windowOptions(
  bounds: Partial<Rectangle>,
  dark: boolean,
  preload: string,
): BrowserWindowConstructorOptions {
  return {
    ...bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: 'Triphammer',
    show: false,
    backgroundColor: dark ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  }
}

/**
 * Shows a window that was created hidden. On Wayland a hidden window never emits `ready-to-show`
 * (electron#48859), so a loaded page counts as well, and a timer covers a page that does not load.
 */
function showOnce(window: WindowPort, clock: Clock, maximized: boolean) {
  let shown = false
  const cancel = clock.after(SHOW_AT_LATEST_MS, show)
  window.once('ready-to-show', show)
  window.webContents.on('did-finish-load', show)
  window.once('closed', cancel)

  function show() {
    cancel()
    if (shown || window.isDestroyed()) return
    shown = true
    if (maximized) window.maximize()
    window.show()
  }
}

/** Shows a window to a person, wherever it is. */
export function bringToFront(window: WindowPort): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function rememberBounds(window: WindowPort, state: StateStore, clock: Clock) {
  let cancel: Stop | undefined
  // Dragging tells of every pixel.
  const later = () => {
    cancel?.()
    cancel = clock.after(SETTLED_MS, save)
  }
  window.on('resize', later)
  window.on('move', later)
  window.on('maximize', later)
  window.on('unmaximize', later)
  window.on('close', () => {
    cancel?.()
    save()
  })

  function save() {
    if (window.isDestroyed()) return
    const { x, y, width, height } = window.getNormalBounds()
    state.set('window', { x, y, width, height, maximized: window.isMaximized() })
  }
}
