import type { Bridge, SequencedNews } from './bridge.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5000

/** The bridge in a browser: requests, answers and news over one WebSocket, which is opened again when it drops. */
export function connectByWebSocket(): Bridge {
  const listeners = new Set<(news: SequencedNews) => void>()
  const connectionListeners = new Set<(connected: boolean) => void>()
  const waiting = new Map<number, Waiting>()
  // Asked while there was no line; sent when there is one.
  let unsent: string[] = []
  let lastId = 0
  let pauseMs = FIRST_PAUSE_MS
  let socket: WebSocket | undefined
  open()

  return {
    shell: 'headless',
    request(channel, ...args) {
      const id = ++lastId
      const text = JSON.stringify({ id, channel, args })
      if (socket?.readyState === WebSocket.OPEN) socket.send(text)
      else unsent.push(text)
      return new Promise((resolve, reject) =>
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject }),
      )
    },
    onNews(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onConnection(listener) {
      connectionListeners.add(listener)
      return () => void connectionListeners.delete(listener)
    },
    downloadUrl: what =>
      what.kind === 'log'
        ? `/download/logs/${what.id}${what.plain ? '?plain=1' : ''}`
        : `/download/builds/${what.buildId}/${what.path.split('/').map(encodeURIComponent).join('/')}`,
    // A browser tells a page the name of a dropped folder, and never where it is.
    pathOfDropped: () => null,
  }

  function open() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    socket = new WebSocket(`${scheme}://${location.host}/bridge`)
    socket.onopen = () => {
      pauseMs = FIRST_PAUSE_MS
      for (const text of unsent) socket!.send(text)
      unsent = []
      for (const listener of connectionListeners) listener(true)
    }
    socket.onmessage = event => hear(JSON.parse(String(event.data)))
    socket.onclose = () => {
      for (const one of waiting.values()) one.reject(new Error('The line to the master dropped.'))
      waiting.clear()
      unsent = []
      for (const listener of connectionListeners) listener(false)
      setTimeout(open, pauseMs)
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
    }
  }

  function hear(message: {
    news?: SequencedNews
    id?: number
    ok?: boolean
    value?: unknown
    error?: string
  }) {
    if (message.news) {
      for (const listener of listeners) listener(message.news)
      return
    }
    const asked = waiting.get(message.id!)
    waiting.delete(message.id!)
    if (message.ok) asked?.resolve(message.value)
    else asked?.reject(new Error(message.error))
  }
}
