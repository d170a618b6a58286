import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { DoubleEmitter, DoubleEvent, firePreventable } from './emitter.ts'
import { refuse } from './refuse.ts'
import { runtime } from './runtime.ts'
import { SingleInstance } from './single-instance.ts'

const APP_EVENTS = [
  'activate',
  'before-quit',
  'browser-window-created',
  'open-url',
  'quit',
  'ready',
  'second-instance',
  'web-contents-created',
  'will-finish-launching',
  'will-quit',
  'window-all-closed',
]
const LEAVE_MS = 3000

interface RelaunchOptions {
  readonly args?: readonly string[]
  readonly execPath?: string
}

/** Electron's `app`. How it ends follows Browser::Quit and NotifyAndShutdown of Electron's browser.cc. */
class DoubleApp extends DoubleEmitter {
  isPackaged = false
  readonly commandLine = {
    appendSwitch: (name: string, value = '') => void runtime.switches.set(name, value),
    hasSwitch: (name: string) => runtime.switches.has(name),
    getSwitchValue: (name: string) => runtime.switches.get(name) ?? '',
  }
  /** Whether a quit or a signal asked for the end, so that the browser's end is no surprise. */
  asked = false
  readonly #paths = new Map<string, string>()
  readonly #instance = new SingleInstance((argv, cwd, data) => {
    void this.whenReady().then(() =>
      this.emit('second-instance', new DoubleEvent(), argv, cwd, data),
    )
  })
  readonly #ready = Promise.withResolvers<void>()
  #name: string | undefined
  #quitting = false
  #exiting = false
  #shutDown = false
  #exitCode = 0
  #relaunch: RelaunchOptions | undefined

  constructor() {
    super('app', APP_EVENTS)
  }

  get ended(): boolean {
    return this.#shutDown
  }

  get name(): string {
    return this.getName()
  }

  isReady = () => runtime.isReady
  whenReady = () => this.#ready.promise
  getName = () =>
    this.#name ?? runtime.packageJson.productName ?? runtime.packageJson.name ?? 'Electron'
  setName = (name: string) => {
    this.#name = name
  }
  getVersion = () => runtime.packageJson.version ?? '0.0.0'
  getAppPath = () => runtime.appPath
  getPath = (name: string) => this.#paths.get(name) ?? this.#usualPath(name)
  // Chromium's pages are sandboxed as the system allows; windows without a sandbox are refused.
  enableSandbox = () => {
    if (runtime.isReady)
      throw new Error('app.enableSandbox() can only be called before app is ready')
    if (runtime.switches.delete('no-sandbox') && process.getuid?.() === 0)
      refuse('app.enableSandbox(), which takes --no-sandbox away, for root')
  }
  setAppUserModelId = (_id: string) => {}
  setAboutPanelOptions = (_options: object) => {}
  setAsDefaultProtocolClient = (_scheme: string) => true
  /** Of the double: the number on the dock, and what was asked of the login items. */
  badge = 0
  loginItems: object | undefined
  setBadgeCount = (count = 0) => {
    this.badge = count
    return true
  }
  setLoginItemSettings = (settings: object) => {
    this.loginItems = settings
  }
  getLoginItemSettings = () => ({ openAtLogin: false, wasOpenedAtLogin: false })

  setPath = (name: string, path: string) => {
    this.#usualPath(name)
    if (!isAbsolute(path)) throw new Error('Path must be absolute')
    if (!existsSync(path)) throw new Error(`Failed to set '${name}' path`)
    this.#paths.set(name, path)
  }

  requestSingleInstanceLock = (data?: unknown): boolean =>
    this.#instance.request(this.getPath('userData'), data)
  hasSingleInstanceLock = () => this.#instance.held
  releaseSingleInstanceLock = () => this.#instance.release()

  relaunch = (options: RelaunchOptions = {}) => {
    this.#relaunch = options
  }

  quit = () => {
    if (this.#quitting) return
    this.asked = true
    this.#quitting = !firePreventable(this, 'before-quit')
    if (!this.#quitting) return
    const windows = [...runtime.windows.values()]
    if (windows.length === 0) this.#notifyAndShutdown()
    for (const window of windows) window.close()
  }

  exit = (code = 0) => {
    this.#exitCode = code
    // There is no message loop yet.
    if (!runtime.isReady) process.exit(code)
    this.#quitting = true
    this.#exiting = true
    const windows = [...runtime.windows.values()]
    if (windows.length === 0) this.#shutdown()
    for (const window of windows) window.destroy()
  }

  /** A window or its page refused to close: the quit is forgotten. */
  cancelQuit(): void {
    this.#quitting = false
  }

  allWindowsClosed(): void {
    if (this.#exiting) this.#shutdown()
    else if (this.#quitting) this.#notifyAndShutdown()
    else if (this.listenerCount('window-all-closed') === 0) this.quit()
    else this.emit('window-all-closed')
  }

  becomeReady(): void {
    mkdirSync(this.getPath('userData'), { recursive: true })
    this.emit('will-finish-launching')
    runtime.isReady = true
    this.#ready.resolve()
    this.emit('ready', new DoubleEvent(), {})
  }

  #notifyAndShutdown() {
    if (this.#shutDown) return
    if (firePreventable(this, 'will-quit')) this.#quitting = false
    else this.#shutdown()
  }

  #shutdown() {
    if (this.#shutDown) return
    this.#shutDown = true
    this.#quitting = true
    this.emit('quit', new DoubleEvent(), this.#exitCode)
    const leave = () => {
      if (this.#relaunch) this.#startAgain(this.#relaunch)
      process.exit(this.#exitCode)
    }
    const { chromium } = runtime
    if (!chromium || chromium.child.exitCode !== null || chromium.child.signalCode !== null)
      return leave()
    const kill = setTimeout(() => chromium.child.kill('SIGKILL'), LEAVE_MS)
    chromium.child.once('exit', () => {
      clearTimeout(kill)
      leave()
    })
    chromium.cdp.root.send('Browser.close').catch(() => chromium.child.kill())
  }

  #startAgain({ execPath = process.execPath, args = process.argv.slice(1) }: RelaunchOptions) {
    this.releaseSingleInstanceLock()
    // Electron's helper is started from the running executable and may gain no privileges: under an
    // AppImage it dies with the mount, or its fusermount is refused (relauncher.cc).
    if (process.env.APPDIR) return
    spawn(execPath, args, { detached: true, stdio: 'ignore' }).unref()
  }

  #usualPath(name: string): string {
    switch (name) {
      case 'home':
        return process.env.HOME ?? homedir()
      case 'appData':
        return process.env.XDG_CONFIG_HOME ?? join(this.getPath('home'), '.config')
      case 'userData':
        return (
          runtime.switches.get('user-data-dir') || join(this.getPath('appData'), this.getName())
        )
      case 'sessionData':
        return this.getPath('userData')
      case 'crashDumps':
        return join(this.getPath('userData'), 'Crashpad')
      case 'logs':
        return join(this.getPath('userData'), 'logs')
      case 'temp':
        return tmpdir()
      case 'exe':
        return process.execPath
      default:
        return refuse(`the path "${name}"`)
    }
  }
}

export const app = new DoubleApp()
