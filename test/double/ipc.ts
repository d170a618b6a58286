import { EventEmitter } from 'node:events'
import { codec } from './codec.ts'
import { DoubleEvent } from './emitter.ts'
import { fromBrowser, originOf } from './protocol.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever a page sends
type Listener = (event: any, ...args: any[]) => unknown

/** What a page's script sends up. */
export type PageMessage =
  | { readonly kind: 'send'; readonly channel: string; readonly args: string }
  | {
      readonly kind: 'invoke'
      readonly id: number
      readonly channel: string
      readonly args: string
    }
  | { readonly kind: 'close' }
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'colours'; readonly dark: boolean }
  | { readonly kind: 'preload-error'; readonly message: string }

export type Reply =
  | { readonly kind: 'reply'; readonly id: number; readonly result: string }
  | { readonly kind: 'reply'; readonly id: number; readonly error: string }

/** Electron's `ipcMain`. Channels are an app's own, so any name will do. */
class DoubleIpcMain extends EventEmitter {
  readonly #handlers = new Map<string, Listener>()

  handle = (channel: string, handler: Listener) => {
    if (this.#handlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.#handlers.set(channel, handler)
  }

  removeHandler = (channel: string) => {
    this.#handlers.delete(channel)
  }

  handlerOf = (channel: string): Listener => {
    const handler = this.#handlers.get(channel)
    if (!handler) throw new Error(`No handler registered for '${channel}'`)
    return handler
  }
}

export const ipcMain = new DoubleIpcMain()

/** Hands a page's message to the app. Returns what to send back, if anything. */
export async function receive(
  sender: EventEmitter,
  browserUrl: string,
  message: Extract<PageMessage, { kind: 'send' | 'invoke' }>,
): Promise<Reply | undefined> {
  const { channel } = message
  const senderFrame = {
    url: fromBrowser(browserUrl),
    origin: originOf(browserUrl),
    parent: null,
    top: null as unknown,
  }
  senderFrame.top = senderFrame
  const event = Object.assign(new DoubleEvent(), {
    type: 'frame',
    sender,
    senderFrame,
    frameId: 1,
    processId: 1,
  })
  const args = codec.decode(message.args) as unknown[]
  if (message.kind === 'send') {
    ipcMain.emit(channel, event, ...args)
    return undefined
  }
  const { id } = message
  try {
    const result = await ipcMain.handlerOf(channel)(event, ...args)
    return { kind: 'reply', id, result: codec.encode(result) }
  } catch (error) {
    console.error(`Error occurred in handler for '${channel}':`, error)
    return { kind: 'reply', id, error: String(error) }
  }
}
