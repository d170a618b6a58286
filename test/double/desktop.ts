import { crc32, deflateSync } from 'node:zlib'
import { DoubleEmitter } from './emitter.ts'
import type { Menu } from './menu.ts'
import { knowOnly, refuse } from './refuse.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/** Electron's `NativeImage`, of pixels that the app drew. */
class DoubleImage {
  readonly #pixels: Buffer
  readonly #size: Size
  readonly representations: Size[] = []
  isTemplate = false

  constructor(pixels: Buffer, size: Size) {
    if (pixels.length !== size.width * size.height * 4)
      throw new Error('buffer is not of the size that width and height say')
    this.#pixels = pixels
    this.#size = size
  }

  getSize = () => this.#size
  isEmpty = () => this.#pixels.length === 0
  toBitmap = () => this.#pixels
  toPNG = () => png(this.#pixels, this.#size)
  addRepresentation = (one: Size & { readonly buffer: Buffer }) => {
    this.representations.push({ width: one.width, height: one.height })
  }
  setTemplateImage = (on: boolean) => {
    this.isTemplate = on
  }
}

export const nativeImage = {
  createFromBitmap: (pixels: Buffer, size: Size) => new DoubleImage(pixels, size),
}

/** Electron's `Tray`. It is on no screen; tests find the last one here and click its menu. */
export class Tray extends DoubleEmitter {
  static all: Tray[] = []
  toolTip = ''
  menu: Menu | null = null
  image: DoubleImage

  constructor(image: DoubleImage) {
    super('Tray', ['click', 'double-click', 'right-click'])
    this.image = image
    Tray.all.push(this)
  }

  setImage = (image: DoubleImage) => {
    this.image = image
  }
  setToolTip = (text: string) => {
    this.toolTip = text
  }
  setContextMenu = (menu: Menu | null) => {
    this.menu = menu
  }
  destroy = () => {
    Tray.all = Tray.all.filter(one => one !== this)
  }
}

interface NoticeOptions {
  readonly title?: string
  readonly body?: string
  readonly urgency?: string
  readonly actions?: readonly { readonly type: string; readonly text: string }[]
}

/** Electron's `Notification`. It is noted in `shown`; tests emit what a person would do. */
export class Notification extends DoubleEmitter {
  static shown: Notification[] = []
  static isSupported = () => true
  readonly options: NoticeOptions

  constructor(options: NoticeOptions = {}) {
    super('Notification', ['action', 'click', 'close', 'failed', 'reply', 'show'])
    knowOnly('Notification', options, ['title', 'body', 'urgency', 'actions'])
    this.options = options
  }

  show = () => void Notification.shown.push(this)
  close = () => void this.emit('close')
}

const blockers = new Set<number>()
let lastBlocker = 0

export const powerSaveBlocker = {
  start(type: string): number {
    if (type !== 'prevent-app-suspension') refuse(`powerSaveBlocker.start('${type}')`)
    blockers.add(++lastBlocker)
    return lastBlocker
  },
  stop: (id: number) => blockers.delete(id),
  isStarted: (id: number) => blockers.has(id),
  /** Of the double: how many hold the machine awake. */
  get started(): number {
    return blockers.size
  },
}

let copied = ''

/** Electron's `clipboard`, apart from that of this machine. */
export const clipboard = {
  async readText() {
    return copied
  },
  async writeText(text: string) {
    copied = text
  },
}

// The smallest PNG that holds the pixels.
function png(bgra: Buffer, { width, height }: Size): Buffer {
  const rows = Buffer.alloc((width * 4 + 1) * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4
      const [b, g, r, a] = bgra.subarray(from, from + 4)
      rows.set([r!, g!, b!, a!], y * (width * 4 + 1) + 1 + x * 4)
    }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), data.length + 8)
  return out
}
