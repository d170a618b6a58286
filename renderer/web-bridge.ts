import type { Bridge, SequencedNews } from './bridge.ts'
import { askMaster, openWebSession } from './web-session.ts'

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
  const signListeners = new Set<(signedIn: boolean, problem: string | null) => void>()
  const session = openWebSession()
  const waiting = new Map<number, Waiting>()
  // Asked while there was no line; sent when there is one.
  let unsent: string[] = []
  let lastId = 0
  let pauseMs = FIRST_PAUSE_MS
  let socket: WebSocket | undefined
  let signed: { readonly in: boolean; readonly problem: string | null } = {
    in: true,
    problem: null,
  }
  // What is wrong with the link matters to a browser that has no session yet, and to no other.
  let problem: string | null = null
  session.onChange(() => {
    if (!signed.in) void begin()
  })
  void begin()

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
    onSignedIn(listener) {
      signListeners.add(listener)
      if (!signed.in) listener(false, signed.problem)
      return () => void signListeners.delete(listener)
    },
    async signOut() {
      await session.end()
      location.reload()
    },
    get session() {
      return session.kept()?.id ?? null
    },
    async downloadUrl(what) {
      const path =
        what.kind === 'log'
          ? `/download/logs/${what.id}${what.plain ? '?plain=1' : ''}`
          : `/download/builds/${what.buildId}/${what.path.split('/').map(encodeURIComponent).join('/')}`
      const answer = await askMaster(session.kept()?.token, 'POST', '/session/pass', { path })
      const told = (await answer.json()) as { url?: string; error?: { message: string } }
      if (told.url === undefined)
        throw new Error(told.error?.message ?? 'The master did not answer.')
      return told.url
    },
    // A browser tells a page the name of a dropped folder, and never where it is.
    pathOfDropped: () => null,
  }

  async function begin() {
    try {
      problem = await session.begin()
    } catch {
      // The master is away; whether there is a session shows when it is back.
    }
    // Without a session it has to be asked who we are: behind a proxy the token may be added on the way.
    if (session.kept()) open()
    else await findOut()
  }

  /** Why there is no line: the master is away, or it does not know this browser. */
  async function findOut() {
    try {
      if (await session.check()) return open()
      sign({ in: false, problem })
    } catch {
      tellConnection(false)
      setTimeout(findOut, nextPause())
    }
  }

  function open() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const token = session.kept()?.token
    const opening = new WebSocket(
      `${scheme}://${location.host}/bridge`,
      token === undefined ? [] : ['triphammer', `session.${token}`],
    )
    socket = opening
    let opened = false
    opening.onopen = () => {
      opened = true
      pauseMs = FIRST_PAUSE_MS
      sign({ in: true, problem: null })
      for (const text of unsent) opening.send(text)
      unsent = []
      tellConnection(true)
    }
    opening.onmessage = event => hear(JSON.parse(String(event.data)))
    opening.onclose = ({ code }) => {
      for (const one of waiting.values()) one.reject(new Error('The line to the master dropped.'))
      waiting.clear()
      unsent = []
      if (code === SIGNED_OUT) return sign({ in: false, problem: null })
      tellConnection(false)
      // A refusal looks like a master that is away: only a question tells them apart.
      setTimeout(opened ? open : findOut, nextPause())
    }
  }

  function nextPause(): number {
    const pause = pauseMs
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
    return pause
  }

  function tellConnection(connected: boolean) {
    for (const listener of connectionListeners) listener(connected)
  }

  function sign(now: typeof signed) {
    if (now.in === signed.in && now.problem === signed.problem) return
    signed = now
    for (const listener of signListeners) listener(now.in, now.problem)
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

/** The master closes the line with this when the session was ended. */
const SIGNED_OUT = 4401
