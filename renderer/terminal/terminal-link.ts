import { type BuildId, bridge, type TerminalNews } from '../bridge.ts'
import { onNewsOf } from '../store/desk.ts'

export interface TerminalPlace {
  readonly slave: string
  /** Null for the slave's own folder. */
  readonly buildId: BuildId | null
}

export type TerminalStatus =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open' }
  /** The slave's link is lost; the shell goes on and is taken up when it is back. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'ended'; readonly code: number | null; readonly reason: string }

export interface TerminalLink {
  /** What was typed, as bytes. */
  write(data: Uint8Array): void
  resize(cols: number, rows: number): void
  close(): void
}

export interface TerminalLinkOptions extends TerminalPlace {
  readonly cols: number
  readonly rows: number
  /** Bytes in order, none twice. Resolves when they are on the screen. */
  readonly onBytes: (bytes: Uint8Array) => Promise<void>
  readonly onStatus: (status: TerminalStatus) => void
}

// The shell may write on when it knows that so much is on the screen, or after so long.
const TOOK_BYTES = 32 * 1024
const TOOK_MS = 200
// A master that hears nothing of a window for minutes closes its shells.
const SIGN_MS = 20_000
// What one message of input holds; a paste is cut into several.
const INPUT_BYTES = 64 * 1024

/** Opens a shell on a slave over the bridge, and keeps both directions in order and in bounds. */
export function linkTerminal(options: TerminalLinkOptions): TerminalLink {
  const { slave, buildId, cols, rows, onBytes, onStatus } = options
  let id: string | undefined
  let over = false
  let received = 0
  let shown = 0
  let told = 0
  let tookTimer: number | undefined
  let typed: Uint8Array[] = []
  let sending = false
  // A shell may speak before the answer that names it is here.
  let early: TerminalNews[] = []

  onStatus({ kind: 'opening' })
  const meet = (news: TerminalNews) => void (id === undefined ? early.push(news) : hear(news))
  const stops = [
    onNewsOf('terminal/data', payload => meet({ topic: 'terminal/data', payload })),
    onNewsOf('terminal/link', payload => meet({ topic: 'terminal/link', payload })),
    onNewsOf('terminal/ended', payload => meet({ topic: 'terminal/ended', payload })),
  ]
  const stopConnection = bridge.onConnection(connected => {
    // What was told meanwhile is told once more.
    if (connected && id !== undefined) took(received, true)
  })
  const signs = window.setInterval(() => id !== undefined && took(shown, false), SIGN_MS)
  bridge.request('terminal:open', { slave, buildId, cols, rows }).then(
    ({ terminalId }) => {
      id = terminalId
      if (over) return void bridge.request('terminal:close', { terminalId }).catch(() => {})
      onStatus({ kind: 'open' })
      for (const news of early) hear(news)
      early = []
      void send()
    },
    (error: Error) => finish({ kind: 'refused', reason: error.message }),
  )

  return {
    write(data) {
      if (over) return
      typed.push(data)
      void send()
    },
    resize(nowCols, nowRows) {
      if (id !== undefined && !over)
        bridge
          .request('terminal:resize', { terminalId: id, cols: nowCols, rows: nowRows })
          .catch(() => {})
    },
    close() {
      if (over) return
      finish()
      if (id !== undefined) bridge.request('terminal:close', { terminalId: id }).catch(() => {})
    },
  }

  function hear(news: TerminalNews) {
    if (over || news.payload.terminalId !== id) return
    switch (news.topic) {
      case 'terminal/data':
        return take(news.payload.offset, decode(news.payload.data))
      case 'terminal/link':
        return onStatus({ kind: news.payload.lost ? 'lost' : 'open' })
      case 'terminal/ended':
        return finish({ kind: 'ended', code: news.payload.code, reason: news.payload.reason })
    }
  }

  function take(offset: number, bytes: Uint8Array) {
    if (offset > received) return took(received, true)
    const fresh = bytes.subarray(received - offset)
    if (fresh.length === 0) return
    received += fresh.length
    void onBytes(fresh).then(() => {
      shown += fresh.length
      if (shown - told >= TOOK_BYTES) took(shown, false)
      else tookTimer ??= window.setTimeout(() => took(shown, false), TOOK_MS)
    })
  }

  function took(upTo: number, again: boolean) {
    clearTimeout(tookTimer)
    tookTimer = undefined
    if (over || id === undefined) return
    told = upTo
    bridge.request('terminal:took', { terminalId: id, upTo, again }).catch(() => {})
  }

  // One message at a time: the shell sets the pace, and what is typed meanwhile travels together.
  async function send() {
    if (sending || id === undefined) return
    sending = true
    while (typed.length > 0 && !over) {
      const all = join(typed)
      const part = all.subarray(0, INPUT_BYTES)
      typed = all.length > part.length ? [all.subarray(part.length)] : []
      try {
        await bridge.request('terminal:write', { terminalId: id, data: encode(part) })
      } catch {
        // The line or the link is down: what was typed blind is better lost than late.
        typed = []
      }
    }
    sending = false
  }

  function finish(status?: TerminalStatus) {
    over = true
    clearTimeout(tookTimer)
    clearInterval(signs)
    for (const stop of stops) stop()
    stopConnection()
    if (status) onStatus(status)
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
}

function encode(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
