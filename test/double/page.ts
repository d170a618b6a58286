import type { Codec } from './codec.ts'

/** What the script of a page has to know. */
export interface PageInfo {
  /** The name of the function that carries messages up. */
  readonly send: string
  /** The name of the function that is called with messages from above. */
  readonly receive: string
  /** The app's own schemes. */
  readonly schemes: readonly string[]
  readonly process: object
}

/** A preload, wrapped as a function: a page's policy forbids to make one of text. */
type Preload = (
  require: (name: string) => unknown,
  module: { exports: unknown },
  exports: unknown,
  process: object,
) => void

type Listener = (event: object, ...args: unknown[]) => void
type FromAbove =
  | { readonly kind: 'event'; readonly channel: string; readonly args: string }
  | {
      readonly kind: 'reply'
      readonly id: number
      readonly result?: string
      readonly error?: string
    }

/**
 * Runs in every new document before the page's own scripts: the renderer's side of
 * IPC, the context bridge, and the preload. Its source is what is sent into the
 * page, so it uses nothing from outside itself.
 */
export function startPage(codec: Codec, info: PageInfo, preload: Preload | null): void {
  const names = globalThis as unknown as Record<string, unknown>
  const bind = names[info.send]
  delete names[info.send]
  if (window !== window.top || typeof bind !== 'function') return

  const post = (message: object) => bind(JSON.stringify(message))
  const ipcRenderer = createIpc()
  window.close = () => post({ kind: 'close' })
  translateAddresses()
  askBeforeOpening()
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', () => post({ kind: 'colours', dark: dark.matches }))
  if (preload) runPreload(preload)

  function createIpc() {
    const listeners = new Map<string, Listener[]>()
    const waiting = new Map<
      number,
      { channel: string; resolve(value: unknown): void; reject(error: Error): void }
    >()
    let lastId = 0
    const refuse = (what: string) => () => {
      throw new Error(`electron double: ipcRenderer.${what} is not supported`)
    }
    const ipc = {
      on(channel: string, listener: Listener) {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
        return ipc
      },
      off(channel: string, listener: Listener) {
        const left = (listeners.get(channel) ?? []).filter(one => one !== listener)
        listeners.set(channel, left)
        return ipc
      },
      send(channel: string, ...args: unknown[]) {
        post({ kind: 'send', channel, args: codec.encode(args) })
      },
      invoke(channel: string, ...args: unknown[]) {
        const text = codec.encode(args)
        return new Promise((resolve, reject) => {
          const id = ++lastId
          waiting.set(id, { resolve, reject, channel })
          post({ kind: 'invoke', id, channel, args: text })
        })
      },
      once: refuse('once'),
      sendSync: refuse('sendSync'),
      postMessage: refuse('postMessage'),
    }
    const receive = (batch: readonly FromAbove[]) => {
      for (const message of batch) {
        if (message.kind === 'reply') answer(message)
        else hear(message)
      }
    }
    Object.defineProperty(globalThis, info.receive, { value: receive })
    return ipc

    function hear({ channel, args }: Extract<FromAbove, { kind: 'event' }>) {
      for (const listener of listeners.get(channel) ?? []) {
        try {
          listener({ sender: ipc, ports: [] }, ...(codec.decode(args) as unknown[]))
        } catch (error) {
          reportError(error)
        }
      }
    }

    function answer({ id, result, error }: Extract<FromAbove, { kind: 'reply' }>) {
      const asked = waiting.get(id)
      waiting.delete(id)
      if (!asked) return
      if (error === undefined) asked.resolve(codec.decode(result!))
      else asked.reject(new Error(`Error invoking remote method '${asked.channel}': ${error}`))
    }
  }

  // What crosses the context bridge is copied: functions become proxies, prototypes are lost,
  // errors keep their message only.
  function cross(value: unknown, seen = new Map<object, unknown>()): unknown {
    if (typeof value === 'function')
      return (...args: unknown[]) => cross(value(...args.map(one => cross(one))))
    if (typeof value === 'symbol') throw new TypeError('An object could not be cloned.')
    if (value === null || typeof value !== 'object') return value
    if (seen.has(value)) return seen.get(value)
    if (value instanceof Promise)
      return value.then(
        one => cross(one),
        error => {
          throw cross(error)
        },
      )
    if (value instanceof Error) return new Error(value.message)
    if (value instanceof Node || value instanceof Blob) return value
    const cloned = [Date, Map, Set, RegExp, ArrayBuffer]
    if (cloned.some(type => value instanceof type) || ArrayBuffer.isView(value))
      return structuredClone(value)
    const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {}
    seen.set(value, copy)
    for (const [key, one] of Object.entries(value))
      (copy as Record<string, unknown>)[key] = cross(one, seen)
    return copy
  }

  // Chromium does not know the app's schemes: what a page asks of them goes where they are served.
  function translateAddresses() {
    const translate = (url: string) => {
      const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)(.*)$/i.exec(url)
      if (!parts || !info.schemes.includes(parts[1]!)) return url
      return `http://${parts[2]}.${parts[1]}.localhost${parts[3] || '/'}`
    }
    const translateLink = (link: HTMLAnchorElement) => {
      if (translate(link.href) !== link.href) link.href = translate(link.href)
    }
    addEventListener(
      'click',
      event => {
        const link = event.composedPath().find(one => one instanceof HTMLAnchorElement)
        if (link) translateLink(link)
      },
      true,
    )
    // One that is in no document bubbles nowhere.
    const { click } = HTMLElement.prototype
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
      translateLink(this)
      click.call(this)
    }
    const { fetch } = window
    window.fetch = (input, init) =>
      fetch(typeof input === 'string' ? translate(input) : input, init)
  }

  // No window opens here: the app is asked, and has to deny.
  function askBeforeOpening() {
    const open = (url: string) => post({ kind: 'open', url })
    window.open = url => {
      open(new URL(url ?? 'about:blank', document.baseURI).href)
      return null
    }
    addEventListener('click', event => {
      const link = event.composedPath().find(one => one instanceof HTMLAnchorElement)
      if (!link || event.defaultPrevented || link.target !== '_blank') return
      event.preventDefault()
      open(link.href)
    })
  }

  function runPreload(run: Preload) {
    const contextBridge = {
      exposeInMainWorld(key: string, api: unknown) {
        if (key in globalThis)
          throw new Error(
            `Cannot bind an API on top of an existing property on the window object: ${key}`,
          )
        Object.defineProperty(globalThis, key, { value: cross(api), enumerable: true })
      },
    }
    // A hand drops nothing here: a spec says where the file that it made would be.
    const webUtils = {
      getPathForFile: (file: File) => (file as File & { pathOfDouble?: string }).pathOfDouble ?? '',
    }
    const electron = { contextBridge, ipcRenderer, webUtils }
    // A sandboxed preload has next to nothing to require.
    const require = (name: string) => {
      if (name === 'electron' || name === 'electron/renderer') return electron
      throw new Error(`module not found: ${name}`)
    }
    const module = { exports: {} }
    const process = { type: 'renderer', sandboxed: true, contextIsolated: true, ...info.process }
    try {
      run(require, module, module.exports, process)
    } catch (error) {
      console.error('Unable to load preload script', error)
      post({ kind: 'preload-error', message: String((error as Error)?.stack ?? error) })
    }
  }
}
