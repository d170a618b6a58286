import type { IncomingHttpHeaders } from 'node:http'
import type { Sessions } from './sessions.ts'
import { same, type Tickets } from './tickets.ts'

/** Who asks: a program with the token or over the private socket, or a browser that was let in. */
export type Visitor =
  | { readonly kind: 'program' }
  | { readonly kind: 'browser'; readonly id: string }

export interface Security {
  readonly sessions: Sessions
  readonly tickets: Tickets
  /** What is wrong with where a request comes from; `undefined` when nothing is. */
  refuseOrigin(headers: IncomingHttpHeaders): string | undefined
  /** Who asks; `undefined` is a stranger. */
  visitor(headers: IncomingHttpHeaders): Visitor | undefined
}

/** What both doors and all starts of a master share: a link that was printed stays good when doors are opened anew. */
export interface Gate {
  /** Bearer token of the local API. */
  readonly token: string
  readonly sessions: Sessions
  readonly tickets: Tickets
}

/** A page can't set headers of a WebSocket: it names its token among the protocols that it offers. */
export const SOCKET_PROTOCOL = 'triphammer'
const TOKEN_PROTOCOL = /(?:^|,)\s*session\.([\w-]+)\s*(?:,|$)/

/**
 * The checks of the HTTP doors: `Host` against DNS rebinding, `Origin` against
 * other pages in the same browser, and the token, or the session that a page holds.
 * There is no cookie: a browser would send it to every port of this machine.
 *
 * @param hosts What `Host` may be; `undefined` on the private socket, which the file system guards.
 */
export function createSecurity(
  { token, sessions, tickets }: Gate,
  hosts: () => readonly string[] | undefined,
): Security {
  return {
    sessions,
    tickets,
    refuseOrigin({ host, origin }) {
      const known = hosts()
      if (!known) return undefined
      if (host === undefined || !known.includes(host.toLowerCase()))
        return `Host "${host ?? ''}" is not this server.`
      if (origin !== undefined && !known.some(one => origin === `http://${one}`))
        return `Pages of ${origin} may not reach this server.`
      return undefined
    },
    visitor({ authorization, 'sec-websocket-protocol': protocols }) {
      if (!hosts()) return { kind: 'program' }
      const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
      if (bearer !== undefined && same(bearer, token)) return { kind: 'program' }
      const shown = bearer ?? TOKEN_PROTOCOL.exec(protocols ?? '')?.[1]
      const id = shown === undefined ? undefined : sessions.of(shown)
      return id === undefined ? undefined : { kind: 'browser', id }
    },
  }
}
