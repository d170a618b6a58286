import { DoubleEmitter } from './emitter.ts'
import { runtime } from './runtime.ts'
import { WebContents } from './web-contents.ts'

interface BoxOptions {
  readonly defaultId?: number
}

/**
 * Electron's `dialog`. Nothing is shown: what would be is noted in `shown`, and the
 * default is chosen. Tests put their own functions in place of these.
 */
export const dialog = {
  shown: [] as object[],
  async showMessageBox(...args: unknown[]) {
    const options = args.at(-1) as BoxOptions
    dialog.shown.push(options)
    return { response: options.defaultId ?? 0, checkboxChecked: false }
  },
  showMessageBoxSync(...args: unknown[]) {
    const options = args.at(-1) as BoxOptions
    dialog.shown.push(options)
    return options.defaultId ?? 0
  },
  async showOpenDialog(...args: unknown[]) {
    dialog.shown.push(args.at(-1) as object)
    return { canceled: true, filePaths: [] as string[] }
  },
  showErrorBox(title: string, content: string) {
    dialog.shown.push({ title, content })
    console.error(`${title}\n${content}`)
  },
}

/** Electron's `shell`. Nothing is opened; what would be is noted in `opened`. */
export const shell = {
  opened: [] as string[],
  async openExternal(url: string) {
    shell.opened.push(url)
  },
  async openPath(path: string) {
    shell.opened.push(path)
    return ''
  },
  showItemInFolder(path: string) {
    shell.opened.push(path)
  },
}

const SOURCES = ['system', 'light', 'dark']

/** Electron's `nativeTheme`. A page sees it as `prefers-color-scheme`. */
class DoubleTheme extends DoubleEmitter {
  #source = 'system'

  constructor() {
    super('nativeTheme', ['updated'])
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark'
  }

  get themeSource(): string {
    return this.#source
  }

  set themeSource(source: string) {
    if (!SOURCES.includes(source))
      throw new TypeError(`${source} is not a valid value for themeSource`)
    this.#source = source
    for (const contents of WebContents.all()) this.#apply(contents)
    this.emit('updated')
  }

  /** Gives a page the colours that were chosen, now and later. */
  follow(contents: WebContents): void {
    this.#apply(contents)
    // Whoever drives the browser sets colours of its own at the moment it arrives.
    contents.onColours = dark => {
      if (this.#source !== 'system' && dark !== this.shouldUseDarkColors) this.#apply(contents)
    }
    contents.on('did-navigate', () => this.#apply(contents))
  }

  #apply(contents: WebContents) {
    const features =
      this.#source === 'system' ? [] : [{ name: 'prefers-color-scheme', value: this.#source }]
    contents.opened
      .then(() => contents.page.send('Emulation.setEmulatedMedia', { features }))
      .catch(() => {})
  }
}

export const nativeTheme = new DoubleTheme()

const AREA = { x: 0, y: 0, width: 1280, height: 800 }
const DISPLAY = { id: 1, bounds: AREA, workArea: AREA, workAreaSize: AREA, scaleFactor: 1 }

/** Electron's `screen`: one display. */
export const screen = {
  getPrimaryDisplay: () => DISPLAY,
  getAllDisplays: () => [DISPLAY],
}

/**
 * Electron's `safeStorage` of a Linux without a keychain: it works, and protects
 * nothing. Bytes that it did not make are refused, as of another machine.
 */
export const safeStorage = {
  isAsyncEncryptionAvailable: async () => true,
  getSelectedStorageBackend: () => (runtime.isReady ? 'basic_text' : 'unknown'),
  async encryptStringAsync(text: string) {
    mustBeReady()
    return Buffer.from(`v10${text}`)
  },
  async decryptStringAsync(encrypted: Buffer) {
    mustBeReady()
    const text = encrypted.toString()
    if (!text.startsWith('v10')) throw new Error('Error while decrypting the ciphertext provided')
    return { shouldReEncrypt: false, result: text.slice(3) }
  },
}

function mustBeReady() {
  if (!runtime.isReady) throw new Error('safeStorage cannot be used before app is ready')
}

/** Electron's `powerMonitor`. Nothing happens to this machine; tests emit what should. */
class DoublePower extends DoubleEmitter {
  onBatteryPower = false
  isOnBatteryPower = () => this.onBatteryPower

  constructor() {
    super('powerMonitor', ['on-ac', 'on-battery', 'resume', 'shutdown', 'suspend'])
  }
}

export const powerMonitor = new DoublePower()
