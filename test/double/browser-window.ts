import { app } from './app.ts'
import { DoubleEmitter, DoubleEvent, firePreventable } from './emitter.ts'
import { knowOnly } from './refuse.ts'
import { type Closable, runtime } from './runtime.ts'
import { WebContents, type WebPreferences } from './web-contents.ts'

interface Bounds {
  x: number
  y: number
  width: number
  height: number
}

type Shape = 'normal' | 'maximized' | 'minimized'

interface WindowOptions extends Partial<Bounds> {
  readonly minWidth?: number
  readonly minHeight?: number
  readonly show?: boolean
  readonly title?: string
  readonly backgroundColor?: string
  readonly webPreferences?: WebPreferences
}

const WINDOW_EVENTS = [
  'blur',
  'close',
  'closed',
  'focus',
  'hide',
  'maximize',
  'minimize',
  'move',
  'query-session-end',
  'ready-to-show',
  'resize',
  'restore',
  'session-end',
  'show',
  'unmaximize',
]
const OPTIONS = [
  'x',
  'y',
  'width',
  'height',
  'minWidth',
  'minHeight',
  'show',
  'title',
  'backgroundColor',
  'webPreferences',
]

/** Electron's `BrowserWindow`. One that is hidden is still a page to Chromium. */
export class BrowserWindow extends DoubleEmitter implements Closable {
  readonly id: number
  readonly webContents: WebContents
  #bounds: Bounds
  #visible: boolean
  #closing = false
  #destroyed = false
  #state: Shape = 'normal'
  static #lastId = 0

  static getAllWindows = () => [...runtime.windows.values()] as BrowserWindow[]
  static getFocusedWindow = () =>
    BrowserWindow.getAllWindows().findLast(window => window.isVisible()) ?? null
  static fromWebContents = (contents: WebContents | undefined) =>
    (contents?.owner as BrowserWindow | undefined) ?? null

  constructor(options: WindowOptions = {}) {
    super('BrowserWindow', WINDOW_EVENTS)
    if (!runtime.isReady) throw new Error('Cannot create BrowserWindow before app is ready')
    knowOnly('BrowserWindow', options, OPTIONS)
    const { x = 0, y = 0, width = 800, height = 600, webPreferences = {} } = options
    this.id = ++BrowserWindow.#lastId
    this.#visible = options.show !== false
    this.#bounds = { x, y, width, height }
    runtime.windows.set(this.id, this)
    this.webContents = new WebContents(this, webPreferences, { width, height })
    // On Wayland the compositor gives a hidden window no frame, so this never comes (electron#48859).
    if (this.#visible || !process.env.ELECTRON_DOUBLE_WAYLAND)
      this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
    app.emit('web-contents-created', new DoubleEvent(), this.webContents)
    app.emit('browser-window-created', new DoubleEvent(), this)
  }

  loadURL = (url: string) => this.webContents.loadURL(url)
  isDestroyed = () => this.#destroyed
  isVisible = () => this.#visible && !this.#destroyed
  isMinimized = () => this.#state === 'minimized'
  isMaximized = () => this.#state === 'maximized'
  getBounds = (): Bounds => ({ ...this.#bounds })
  /** Of the double: what the taskbar would show. */
  progress = -1
  overlay: object | null = null
  setProgressBar = (progress: number) => {
    this.progress = progress
  }
  setOverlayIcon = (overlay: object | null, _description: string) => {
    this.overlay = overlay
  }
  getNormalBounds = (): Bounds => ({ ...this.#bounds })
  getTitle = () => 'Triphammer'
  capturePage = () => this.webContents.capturePage()

  setBounds = (bounds: Partial<Bounds>) => {
    Object.assign(this.#bounds, bounds)
    const { x: left, y: top, width, height } = this.#bounds
    const { root } = runtime.chromium!.cdp
    void this.webContents.opened
      .then(() => root.send('Browser.getWindowForTarget', { targetId: this.webContents.targetId }))
      .then(({ windowId }) =>
        root.send('Browser.setWindowBounds', { windowId, bounds: { left, top, width, height } }),
      )
      .catch(() => {})
    this.emit('resize')
    this.emit('move')
  }

  show = () => {
    const shown = this.#visible
    this.#visible = true
    if (!shown) this.emit('show')
    this.focus()
  }

  hide = () => {
    const shown = this.#visible
    this.#visible = false
    if (shown) this.emit('hide')
  }

  focus = () => {
    void this.webContents.opened
      .then(() => this.webContents.page.send('Page.bringToFront'))
      .catch(() => {})
    this.emit('focus')
  }

  maximize = () => {
    this.#become('maximized', 'maximize')
    this.show()
  }
  unmaximize = () => this.#become('normal', 'unmaximize')
  minimize = () => this.#become('minimized', 'minimize')
  restore = () => this.#become('normal', 'restore')

  #become(state: Shape, event: string) {
    const changed = this.#state !== state
    this.#state = state
    if (changed) this.emit(event)
  }

  close = () => {
    if (this.#destroyed || this.#closing) return
    this.#closing = true
    if (firePreventable(this, 'close')) {
      this.#closing = false
      app.cancelQuit()
      return
    }
    // Unlike closing the target, this runs the page's `beforeunload`.
    this.webContents.opened
      .then(() => this.webContents.page.send('Page.close'))
      .catch(() => this.gone())
  }

  destroy = () => {
    if (this.#destroyed) return
    const { root } = runtime.chromium!.cdp
    this.webContents.opened
      .then(() => root.send('Target.closeTarget', { targetId: this.webContents.targetId }))
      .catch(() => {})
    this.gone()
  }

  gone(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    runtime.windows.delete(this.id)
    this.webContents.gone()
    this.emit('closed')
    if (runtime.windows.size === 0) app.allWindowsClosed()
  }
}
