import { EventEmitter } from 'node:events'
import type { AppPort, ContentsPort, DialogPort, WindowPort } from '../../main/app/ports.ts'

export interface FakeEvent {
  defaultPrevented: boolean
  preventDefault(): void
}

export function fakeEvent(): FakeEvent {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    },
  }
}

interface Closable {
  /** False when it refuses. */
  close(): boolean
}

/** Quits as Electron's browser.cc does, and remembers what happened. */
export class FakeApp extends EventEmitter {
  readonly trace: string[] = []
  readonly windows: Closable[] = []
  exitCode: number | undefined
  #quitting = false

  /** The same, as the app takes it. */
  get port(): AppPort {
    return this as unknown as AppPort
  }

  override emit(name: string, ...args: unknown[]): boolean {
    this.trace.push(name)
    return super.emit(name, ...args)
  }

  quit(): void {
    if (this.#quitting || this.exitCode !== undefined) return
    const before = fakeEvent()
    this.emit('before-quit', before)
    this.#quitting = !before.defaultPrevented
    if (!this.#quitting) return
    for (const window of this.windows.splice(0)) {
      this.trace.push('close')
      if (window.close()) continue
      this.#quitting = false
      return
    }
    const will = fakeEvent()
    this.emit('will-quit', will)
    if (will.defaultPrevented) this.#quitting = false
    else this.exit(0)
  }

  exit(code = 0): void {
    if (this.exitCode !== undefined) return
    this.exitCode = code
    this.trace.push(`quit(${code})`)
  }
}

/** A page that remembers what it was sent. */
export class FakeContents extends EventEmitter {
  readonly id = 1
  readonly sent: unknown[][] = []
  readonly downloads: string[] = []
  reloads = 0
  url = 'app://triphammer/'
  openHandler: ((details: { url: string }) => { action: string }) | undefined

  get port(): ContentsPort {
    return this as unknown as ContentsPort
  }

  send(...args: unknown[]): void {
    this.sent.push(args)
  }
  isDestroyed(): boolean {
    return false
  }
  getURL(): string {
    return this.url
  }
  reload(): void {
    this.reloads++
  }
  downloadURL(url: string): void {
    this.downloads.push(url)
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }

  /** Fires a navigation, and tells whether it may go on. */
  navigate(event: string, url: string): boolean {
    const details = Object.assign(fakeEvent(), { url })
    this.emit(event, details)
    return !details.defaultPrevented
  }
}

/** A window that remembers what was done with it. */
export class FakeWindow extends EventEmitter {
  readonly did: string[] = []
  readonly webContents = new FakeContents()
  bounds = { x: 10, y: 20, width: 800, height: 600 }
  maximized = false
  minimized = false
  destroyed = false

  get port(): WindowPort {
    return this as unknown as WindowPort
  }

  show(): void {
    this.did.push('show')
  }
  focus(): void {
    this.did.push('focus')
  }
  restore(): void {
    this.did.push('restore')
  }
  maximize(): void {
    this.did.push('maximize')
  }
  async loadURL(url: string): Promise<void> {
    this.did.push(`load ${url}`)
  }
  isMinimized(): boolean {
    return this.minimized
  }
  isMaximized(): boolean {
    return this.maximized
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  getNormalBounds() {
    return this.bounds
  }
}

/** Dialogues that nobody sees. */
export function fakeDialog(): { shown: string[]; port: DialogPort } {
  const shown: string[] = []
  const port = { showErrorBox: (title: string) => shown.push(title) }
  return { shown, port: port as unknown as DialogPort }
}
