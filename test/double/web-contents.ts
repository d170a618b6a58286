import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { app } from './app.ts'
import type { CdpSession } from './cdp.ts'
import { codec, createCodec } from './codec.ts'
import { DoubleEmitter, DoubleEvent, firePreventable } from './emitter.ts'
import { type PageMessage, receive } from './ipc.ts'
import { watchNavigation } from './navigation.ts'
import { type PageInfo, startPage } from './page.ts'
import { fromBrowser, knownSchemes, toBrowser } from './protocol.ts'
import { knowOnly, refuse } from './refuse.ts'
import { type Closable, runtime } from './runtime.ts'
import { session } from './session.ts'

export interface WebPreferences {
  readonly preload?: string
  readonly sandbox?: boolean
  readonly contextIsolation?: boolean
  readonly nodeIntegration?: boolean
  readonly webviewTag?: boolean
  readonly spellcheck?: boolean
}

type OpenHandler = (details: {
  url: string
  frameName: string
  features: string
  disposition: string
}) => { action: 'allow' | 'deny' }

const CONTENTS_EVENTS = [
  'console-message',
  'destroyed',
  'did-fail-load',
  'did-finish-load',
  'did-navigate',
  'did-start-navigation',
  'dom-ready',
  'preload-error',
  'render-process-gone',
  'will-attach-webview',
  'will-frame-navigate',
  'will-navigate',
  'will-prevent-unload',
  'will-redirect',
]
// Nothing that a page could have of its own accord.
const TAG = randomBytes(8).toString('hex')
const SEND = `send_${TAG}`
const RECEIVE = `receive_${TAG}`
const contentsById = new Map<number, WebContents>()
let lastId = 0

/** Electron's `WebContents`: one page of the browser. */
export class WebContents extends DoubleEmitter {
  readonly id = ++lastId
  readonly session = session.defaultSession
  readonly opened: Promise<void>
  /** Hears when the page gets other colours. */
  onColours: (dark: boolean) => void = () => {}
  targetId = ''
  page!: CdpSession
  readonly #owner: Closable
  readonly #preferences: WebPreferences
  #browserUrl = 'about:blank'
  #destroyed = false
  #loading = false
  #openHandler: OpenHandler | undefined
  #outbox: object[] = []

  constructor(
    owner: Closable,
    preferences: WebPreferences,
    size: { width: number; height: number },
  ) {
    super('webContents', CONTENTS_EVENTS)
    knowOnly('webPreferences', preferences, [
      'preload',
      'sandbox',
      'contextIsolation',
      'nodeIntegration',
      'webviewTag',
      'spellcheck',
    ])
    const { sandbox = true, contextIsolation = true, nodeIntegration, webviewTag } = preferences
    if (!sandbox || !contextIsolation || nodeIntegration || webviewTag)
      refuse('a window without sandbox and context isolation')
    this.#owner = owner
    this.#preferences = preferences
    contentsById.set(this.id, this)
    this.opened = this.#open(size)
    this.opened.catch(error => {
      if (!this.#destroyed && !app.ended) console.error('electron double: no window:', error)
    })
  }

  static all(): WebContents[] {
    return [...contentsById.values()]
  }

  get owner(): Closable {
    return this.#owner
  }

  async #open({ width, height }: { width: number; height: number }): Promise<void> {
    const { root } = runtime.chromium!.cdp
    const created = await root.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      width,
      height,
    })
    this.targetId = created.targetId
    const { targetId } = this
    const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: true })
    this.page = runtime.chromium!.cdp.session(sessionId)
    this.#listen()
    watchNavigation(this)
    await Promise.all([
      this.page.send('Page.enable'),
      this.page.send('Runtime.enable'),
      this.page.send('Inspector.enable'),
      this.page.send('Runtime.addBinding', { name: SEND }),
      this.page.send('Page.addScriptToEvaluateOnNewDocument', { source: this.#script() }),
      this.page.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] }),
    ])
  }

  #script(): string {
    const { preload } = this.#preferences
    const text = preload === undefined ? undefined : readFileSync(preload, 'utf8')
    const wrapped = text && `function (require, module, exports, process) {${text}\n}`
    const { platform, arch, versions } = process
    const info: PageInfo = {
      send: SEND,
      receive: RECEIVE,
      schemes: knownSchemes(),
      process: { platform, arch, versions, env: {}, argv: [process.execPath] },
    }
    // Node strips types in place, so the source of a function is what it runs.
    return `(${startPage})((${createCodec})(), ${JSON.stringify(info)}, ${wrapped ?? 'null'})`
  }

  #listen() {
    const { page } = this
    page.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === SEND) this.#hear(JSON.parse(payload))
    })
    page.on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
      const [frame] = stackTrace?.callFrames ?? []
      this.emit(
        'console-message',
        Object.assign(new DoubleEvent(), {
          level: type === 'warning' || type === 'error' || type === 'debug' ? type : 'info',
          message: args.map(textOf).join(' '),
          lineNumber: frame?.lineNumber ?? 0,
          sourceId: frame ? fromBrowser(frame.url) : '',
        }),
      )
    })
    page.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId) return
      this.#browserUrl = frame.url + (frame.urlFragment ?? '')
      this.emit('did-navigate', new DoubleEvent(), this.getURL())
    })
    page.on('Page.domContentEventFired', () => this.emit('dom-ready', new DoubleEvent()))
    page.on('Page.loadEventFired', () => {
      if (this.#browserUrl === 'about:blank') return
      this.#loading = false
      this.emit('did-finish-load', new DoubleEvent())
    })
    page.on('Page.javascriptDialogOpening', ({ type }) => {
      // A page that refuses to go: Electron shows nothing, and the page stays.
      const accept = type !== 'beforeunload' || firePreventable(this, 'will-prevent-unload')
      void page.send('Page.handleJavaScriptDialog', { accept }).catch(() => {})
      if (!accept) app.cancelQuit()
    })
    page.on('Inspector.targetCrashed', () =>
      this.emit('render-process-gone', new DoubleEvent(), { reason: 'crashed', exitCode: 1 }),
    )
  }

  #hear(message: PageMessage) {
    if (message.kind === 'close') this.#owner.close()
    else if (message.kind === 'open') this.#ask(message.url)
    else if (message.kind === 'colours') this.onColours(message.dark)
    else if (message.kind === 'preload-error') {
      console.error(`electron double: the preload failed: ${message.message}`)
      const { preload = '' } = this.#preferences
      this.emit('preload-error', new DoubleEvent(), preload, new Error(message.message))
    } else
      void receive(this, this.#browserUrl, message).then(reply => {
        if (reply) this.#deliver(reply)
      })
  }

  // What is sent in one turn travels together, in order.
  #deliver(message: object) {
    if (this.#outbox.push(message) > 1) return
    setImmediate(() => {
      const expression = `globalThis.${RECEIVE}?.(${JSON.stringify(this.#outbox)})`
      this.#outbox = []
      this.opened.then(() => this.page.send('Runtime.evaluate', { expression })).catch(() => {})
    })
  }

  send = (channel: string, ...args: unknown[]) => {
    const text = codec.encode(args)
    if (this.#destroyed) throw new TypeError('Object has been destroyed')
    this.#deliver({ kind: 'event', channel, args: text })
  }

  loadURL = async (url: string): Promise<void> => {
    await this.opened
    this.#loading = true
    const finished = new Promise<void>(resolve => this.once('did-finish-load', () => resolve()))
    const { errorText } = await this.page.send('Page.navigate', { url: toBrowser(url) })
    if (!errorText) return finished
    this.#loading = false
    this.emit('did-fail-load', new DoubleEvent(), -2, errorText, url, true)
    throw Object.assign(new Error(`${errorText} (-2) loading '${url}'`), { code: errorText, url })
  }

  reload = () => {
    void this.opened.then(() => this.page.send('Page.reload')).catch(() => {})
  }

  downloadURL = (url: string) => {
    const browserUrl = toBrowser(url)
    const click = `{const a = document.createElement('a'); a.href = ${JSON.stringify(browserUrl)}; a.download = ''; a.click()}`
    void this.opened.then(() => this.#evaluate(click))
  }

  executeJavaScript = async (code: string): Promise<unknown> => {
    await this.opened
    return this.#evaluate(code)
  }

  async #evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.page.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    })
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  setWindowOpenHandler = (handler: OpenHandler) => {
    this.#openHandler = handler
  }

  #ask(url: string) {
    const details = {
      url: fromBrowser(url),
      frameName: '',
      features: '',
      disposition: 'new-window',
    }
    const { action } = this.#openHandler?.(details) ?? { action: 'allow' }
    if (action !== 'deny') refuse(`a page that opens another window, here ${url},`)
  }

  close = ({ waitForBeforeUnload = false } = {}) => {
    if (waitForBeforeUnload) this.#owner.close()
    else this.#owner.destroy()
  }

  getURL = () => fromBrowser(this.#browserUrl)
  isLoading = () => this.#loading
  isDestroyed = () => this.#destroyed
  capturePage = async () => {
    await this.opened
    const { data } = await this.page.send('Page.captureScreenshot')
    return { toPNG: () => Buffer.from(data, 'base64') }
  }

  gone(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    contentsById.delete(this.id)
    this.emit('destroyed')
  }
}

/** Electron's `webContents`. */
export const webContents = {
  getAllWebContents: () => WebContents.all(),
  fromId: (id: number) => contentsById.get(id),
  fromDevToolsTargetId: (targetId: string) =>
    WebContents.all().find(one => one.targetId === targetId),
}

function textOf({ value, description }: { value?: unknown; description?: string }): string {
  return value === undefined ? (description ?? '') : String(value)
}
