import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, test } from 'vitest'
import { menuTemplate } from '../../main/app/menu.ts'
import { windowOptions } from '../../main/app/window.ts'
import * as electron from './electron.ts'
import type { DoubleEmitter } from './emitter.ts'
import { runtime } from './runtime.ts'

// The double proves our code against our reading of Electron, so whatever the app uses has to be
// both in Electron's own typings and in the double. The app's sources say what that is.

const ROOT = join(import.meta.dirname, '../..')
const typings = readFileSync(join(ROOT, 'node_modules/electron/electron.d.ts'), 'utf8')
const app = join(ROOT, 'main/app')
const sources = readdirSync(app, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && name !== 'preload.ts')
  .map(name => readFileSync(join(app, name), 'utf8'))

runtime.isReady = true
runtime.chromium = { cdp: { root: { send: () => new Promise(() => {}) } } } as never
const window = new electron.BrowserWindow()

/** Electron's name of what the app calls so, and what stands for it here. */
const OBJECTS: Readonly<Record<string, object>> = {
  App: electron.app,
  BrowserWindow: window,
  Clipboard: electron.clipboard,
  Dialog: electron.dialog,
  IpcMain: electron.ipcMain,
  Menu: electron.Menu,
  NativeTheme: electron.nativeTheme,
  Notification: new electron.Notification(),
  PowerMonitor: electron.powerMonitor,
  PowerSaveBlocker: electron.powerSaveBlocker,
  Protocol: electron.protocol,
  SafeStorage: electron.safeStorage,
  Screen: electron.screen,
  Session: electron.session.defaultSession,
  Shell: electron.shell,
  Tray: new electron.Tray(
    electron.nativeImage.createFromBitmap(Buffer.alloc(4), { width: 1, height: 1 }),
  ),
  WebContents: window.webContents,
  // Made anew for each message; test/e2e sees that it has these.
  WebFrameMain: { origin: '', parent: null },
}

/** The variables that main/app calls them by. */
const VARIABLES: Readonly<Record<string, string>> = {
  app: 'App',
  contents: 'WebContents',
  opened: 'BrowserWindow',
  powerMonitor: 'PowerMonitor',
  window: 'BrowserWindow',
  notification: 'Notification',
  tray: 'Tray',
  webContents: 'WebContents',
}

describe('every member that the app uses', () => {
  const ports = readFileSync(join(app, 'ports.ts'), 'utf8')
  const picks = [...ports.matchAll(/Pick<\s*(?:typeof )?(\w+),([^>]+)>/g)]
  const used = picks.flatMap(([, owner, members]) =>
    [...members!.matchAll(/'(\w+)'/g)].map(([, member]) => [owner!, member!] as const),
  )

  test('is found at all', () => {
    expect(new Set(used.map(([owner]) => owner))).toEqual(new Set(Object.keys(OBJECTS)))
  })

  test.each(used)('%s.%s', (owner, member) => {
    expect(declared(owner)).toMatch(new RegExp(`^ {4}(readonly |static )*${member}[(:?]`, 'm'))
    expect(member in OBJECTS[owner]!).toBe(true)
  })
})

describe('every event that the app listens to', () => {
  const listens = sources.flatMap(text =>
    [...text.matchAll(/(\w+)\.(?:on|once)\(\s*'([^']+)'/g)].map(
      ([, variable, event]) => [variable!, event!] as const,
    ),
  )
  // These are channels, electron-updater's and Node's own.
  const others = ['ipcMain', 'events', 'updater', 'response']
  const events = listens.filter(([variable]) => !others.includes(variable))

  test('is found at all', () => {
    expect(events.length).toBeGreaterThan(10)
  })

  test.each(events)('%s: %s', (variable, event) => {
    const owner = VARIABLES[variable]
    if (!owner) throw new Error(`Say in this test what "${variable}" is in Electron.`)
    expect(declared(owner)).toContain(`on(event: '${event}',`)
    expect((OBJECTS[owner] as DoubleEmitter).knownEvents).toContain(event)
  })
})

describe('every value that is imported from electron', () => {
  const main = readFileSync(join(ROOT, 'main/main.ts'), 'utf8')
  const [, names] = /import \{([^}]+)\} from 'electron'/.exec(main)!

  test.each(names!.match(/\w+/g)!)('%s in the main process', name => {
    expect(typings).toMatch(new RegExp(`namespace Main \\{[^]*?^ {4}(const|class) ${name}\\b`, 'm'))
    expect(name in electron).toBe(true)
  })

  const preload = readFileSync(join(app, 'preload.ts'), 'utf8')
  const uses = [...preload.matchAll(/\b(contextBridge|ipcRenderer|webUtils)\.(\w+)/g)]

  test.each(uses.map(([, owner, member]) => [owner!, member!] as const))(
    '%s.%s in the page',
    (owner, member) => {
      const type = owner[0]!.toUpperCase() + owner.slice(1)
      const page = readFileSync(join(import.meta.dirname, 'page.ts'), 'utf8')

      expect(declared(type)).toMatch(new RegExp(`^ {4}${member}[(<]`, 'm'))
      expect(page).toMatch(new RegExp(`\\b${member}(\\(|: \\()`))
      expect(page).not.toContain(`refuse('${member}')`)
    },
  )
})

test('the options of our window are known', () => {
  expect(
    () => new electron.BrowserWindow(windowOptions({}, false, import.meta.filename)),
  ).not.toThrow()
})

test.each(['linux', 'win32', 'darwin'] as const)('our menu for %s can be built', platform => {
  const nothing = () => {}
  const template = menuTemplate({
    theme: 'dark',
    developing: true,
    platform,
    setTheme: nothing,
    command: nothing,
    reloadConfiguration: nothing,
    openDataFolder: nothing,
    openWindow: nothing,
    openWall: nothing,
    showLog: nothing,
    copyDiagnostics: nothing,
  })

  const menu = electron.Menu.buildFromTemplate(template as never)

  expect(menu.getMenuItemById('theme-dark')).toMatchObject({ checked: true, type: 'radio' })
  expect(rolesOf(template).filter(role => !ROLES.has(role))).toEqual([])
})

test('what the double lacks is refused', () => {
  const { app, BrowserWindow, ipcMain, Menu, protocol } = electron
  const refused = [
    () => app.on('login', () => {}),
    () => app.getPath('music'),
    () => new BrowserWindow({ frame: false } as object),
    () => new BrowserWindow({ webPreferences: { sandbox: false } }),
    () => new BrowserWindow({ webPreferences: { nodeIntegration: true } }),
    () => window.on('will-resize', () => {}),
    () => Menu.buildFromTemplate([{ toolTip: 'hint' } as object]),
    () => Menu.buildFromTemplate([{ role: 'copy' }]).items[0]!.click(),
    () => protocol.handle('app', () => new Response()),
    () => electron.powerMonitor.on('thermal-state-change', () => {}),
  ]

  for (const attempt of refused) expect(attempt).toThrow(/electron double: .* is not supported/)
  expect(() => ipcMain.handlerOf('none')).toThrow("No handler registered for 'none'")
})

test('README.md tells how many specs a real Electron leaves out', () => {
  const folder = join(ROOT, 'test/e2e')
  const left = readdirSync(folder)
    .filter(name => name.endsWith('.spec.ts'))
    .flatMap(name => readFileSync(join(folder, name), 'utf8').match(/onlyOnDouble\('/g) ?? [])

  expect(readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll('\n', ' ')).toContain(
    `runs the same specs on the real one, but for ${left.length} that can only be seen on the double; each says why.`,
  )
})

const ROLES = new Set(
  /role\?: \(([^)]+)\)/
    .exec(typings.slice(typings.indexOf('interface MenuItemConstructorOptions')))![1]!
    .match(/\w+/g),
)

function rolesOf(items: readonly MenuItemConstructorOptions[]): string[] {
  return items.flatMap(({ role, submenu }) => [
    ...(role ? [role] : []),
    ...(Array.isArray(submenu) ? rolesOf(submenu) : []),
  ])
}

/** The part of Electron's typings that declares a class or an interface. */
function declared(name: string): string {
  const start = typings.search(new RegExp(`^ {2}(class|interface) ${name}( |$)`, 'm'))
  if (start === -1) throw new Error(`Electron's typings declare no ${name}.`)
  return typings.slice(start, typings.indexOf('\n  }\n', start))
}
