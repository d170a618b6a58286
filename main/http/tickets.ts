import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What opens a door without a session: links that let a browser in, and addresses of single files. */
export interface Tickets {
  /** A word for a link that lets one browser in, once, within ten minutes. */
  once(): string
  /** The word of the link that a terminal shows: it is good as long as the master runs. */
  readonly lasting: string
  /** Whether a word lets a browser in. One that is good once is used up then. */
  take(ticket: string): boolean
  /** What opens one path, for a minute, as long as a session lasts. */
  pass(path: string, session: string): string
  /** The session for which that was made; `undefined` when it does not open this path, or not any more. */
  sessionOfPass(path: string, pass: string): string | undefined
}

const TICKET_MS = 10 * 60_000
const PASS_MS = 60_000

/** They end with the process: whoever has a session asks for new ones. */
export function createTickets(now: () => number): Tickets {
  const until = new Map<string, number>()
  const key = randomBytes(32)
  const lasting = word()
  const sign = (path: string, session: string, end: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([path, session, end]))
      .digest('base64url')

  return {
    lasting,
    once() {
      for (const [ticket, end] of until) if (now() >= end) until.delete(ticket)
      const ticket = word()
      until.set(ticket, now() + TICKET_MS)
      return ticket
    },
    take(ticket) {
      if (same(ticket, lasting)) return true
      const end = until.get(ticket)
      until.delete(ticket)
      return end !== undefined && now() < end
    },
    pass(path, session) {
      const end = String(now() + PASS_MS)
      return `${session}.${end}.${sign(path, session, end)}`
    },
    sessionOfPass(path, pass) {
      const [session, end, signature] = pass.split('.')
      if (!session || !end || !signature) return undefined
      if (!same(signature, sign(path, session, end))) return undefined
      return now() < Number(end) ? session : undefined
    },
  }
}

function word(): string {
  return randomBytes(18).toString('base64url')
}

/** Compares two texts in a time that does not tell where they differ. */
export function same(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', COMPARED).update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

const COMPARED = randomBytes(32)
