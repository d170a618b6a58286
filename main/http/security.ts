import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface Security {
  /** What is wrong with where a request comes from; `undefined` when nothing is. */
  refuseOrigin(headers: IncomingHttpHeaders): string | undefined
  isAuthorized(headers: IncomingHttpHeaders): boolean
  /** A word for the one-time URL. */
  newTicket(): string
  /** Whether the ticket was good. It is used up then. */
  takeTicket(ticket: string): boolean
  /** The value of `Set-Cookie` for a browser that showed a good ticket. */
  readonly setCookie: string
}

const COOKIE = 'triphammer'
const TICKET_MS = 10 * 60_000

/**
 * The checks of the HTTP doors: `Host` against DNS rebinding, `Origin` against
 * other pages in the same browser, and the token or a cookie that stands for it.
 *
 * @param hosts What `Host` may be; `undefined` on the private socket, which the file system guards.
 */
export function createSecurity(
  token: string,
  hosts: () => readonly string[] | undefined,
): Security {
  const tickets = new Map<string, number>()
  // It stays good over restarts of the master, and falls with the token.
  const session = createHmac('sha256', token).update('browser session').digest('base64url')

  return {
    refuseOrigin({ host, origin }) {
      const known = hosts()
      if (!known) return undefined
      if (host === undefined || !known.includes(host.toLowerCase()))
        return `Host "${host ?? ''}" is not this server.`
      if (origin !== undefined && !known.some(one => origin === `http://${one}`))
        return `Pages of ${origin} may not reach this server.`
      return undefined
    },
    isAuthorized({ authorization, cookie }) {
      if (!hosts()) return true
      const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
      if (bearer !== undefined) return same(bearer, token)
      const shown = readCookie(cookie ?? '')
      return shown !== undefined && same(shown, session)
    },
    newTicket() {
      const ticket = randomBytes(18).toString('base64url')
      tickets.set(ticket, Date.now() + TICKET_MS)
      return ticket
    },
    takeTicket(ticket) {
      const until = tickets.get(ticket)
      tickets.delete(ticket)
      return until !== undefined && Date.now() < until
    },
    setCookie: `${COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`,
  }
}

function readCookie(cookie: string): string | undefined {
  for (const part of cookie.split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === COOKIE) return value
  }
  return undefined
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
