import type { BrowserWindowConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import type { ElectronPorts } from '../../main/app/ports.ts'
import { bringToFront, openWindow } from '../../main/app/window.ts'
import { memoryState } from '../../main/host/state-store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { FakeWindow } from './fake-electron.ts'

function opened({ dark = false, state = memoryState() } = {}) {
  const clock = createFakeClock()
  const window = new FakeWindow()
  const workArea = { x: 0, y: 0, width: 1920, height: 1080 }
  let options: BrowserWindowConstructorOptions = {}
  openWindow(
    {
      createWindow(given) {
        options = given
        return window.port
      },
      nativeTheme: { shouldUseDarkColors: dark, themeSource: 'system' },
      screen: {
        getAllDisplays: () => [{ workArea }],
        getPrimaryDisplay: () => ({ workArea }),
      } as unknown as ElectronPorts['screen'],
    },
    { state, clock, url: 'app://triphammer/', preload: '/app/preload.cjs', log: () => {} },
  )
  return { window, options, clock, state }
}

test('the page runs in a sandbox, apart from Node and from our preload', () => {
  expect(opened().options.webPreferences).toEqual({
    preload: '/app/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    spellcheck: false,
  })
})

test('the window is shown when there is something to see, in the colour of the page', () => {
  const { window, options } = opened({ dark: true })
  expect(options).toMatchObject({ show: false, minWidth: 480, minHeight: 360 })
  expect(options.backgroundColor).not.toBe(opened().options.backgroundColor)
  expect(window.did).toEqual(['load app://triphammer/'])

  window.emit('ready-to-show')

  expect(window.did.slice(1)).toEqual(['show'])
})

test.each([
  [
    'its page has loaded',
    ({ window }: ReturnType<typeof opened>) => window.webContents.emit('did-finish-load'),
  ],
  ['two seconds have passed', ({ clock }: ReturnType<typeof opened>) => clock.advance(2_000)],
])('on Wayland, where ready-to-show never comes, the window is shown once %s', (_when, come) => {
  const one = opened()

  come(one)
  one.window.emit('ready-to-show')
  one.clock.advance(10_000)

  expect(one.window.did.slice(1)).toEqual(['show'])
})

test('where the window goes is kept once it stays there', () => {
  const { window, clock, state } = opened()

  window.bounds = { x: 1, y: 2, width: 900, height: 500 }
  window.emit('move')
  clock.advance(400)
  window.emit('resize')
  clock.advance(400)
  expect(state.get('window')).toBeNull()
  clock.advance(100)

  expect(state.get('window')).toEqual({ ...window.bounds, maximized: false })
})

test('closing keeps the place at once, and leaves no timer', () => {
  const { window, clock, state } = opened()

  window.maximized = true
  window.emit('maximize')
  window.emit('close')
  window.emit('closed')

  expect(state.get('window')).toEqual({ ...window.bounds, maximized: true })
  expect(clock.waiting).toBe(0)
})

test('a window that was maximized is again, with the size it had before', () => {
  const { window, state } = opened()
  window.maximized = true
  window.emit('close')

  const again = opened({ state })
  again.window.emit('ready-to-show')

  expect(again.options).toMatchObject({ x: 10, y: 20, width: 800, height: 600 })
  expect(again.window.did).toContain('maximize')
})

test('a window that is asked for comes up from wherever it is', () => {
  const window = new FakeWindow()
  window.minimized = true

  bringToFront(window.port)

  expect(window.did).toEqual(['restore', 'show', 'focus'])
})
