import type { Context, Hono } from 'hono'
import { z } from 'zod'
import type { Env } from './app.ts'
import { limitBody } from './body-limit.ts'
import type { Security } from './security.ts'

const LARGEST_BODY_BYTES = 64 * 1024
const SIGN_IN = z.object({ ticket: z.string().max(200) })
const PASS = z.object({ path: z.string().startsWith('/download/').max(10_000) })

/** How a page gets its session, and what opens a download for it. The page holds the token; there is no cookie. */
export function addSessions(app: Hono<Env>, security: Security): void {
  const { sessions, tickets } = security
  const visitor = (c: Context<Env>) => security.visitor(c.env.incoming.headers)

  // Strangers speak here: of more than a link takes nothing is read.
  for (const path of ['/session', '/session/pass'])
    app.use(path, limitBody(LARGEST_BODY_BYTES, 'That is larger than any link.'))

  // Not refused with 401: a page that asks whether it is signed in has done nothing wrong.
  app.get('/session', c => c.json({ desk: sessions.desk, signedIn: visitor(c) !== undefined }))
  app.post('/session', async c => {
    const asked = SIGN_IN.safeParse(await c.req.json().catch(() => undefined))
    if (!asked.success || !tickets.take(asked.data.ticket))
      return c.json({ error: { message: USED_UP } }, 403)
    const { id, token } = sessions.begin(c.env.incoming.headers['user-agent'] ?? '')
    return c.json({ desk: sessions.desk, id, token })
  })
  app.delete('/session', c => {
    const who = visitor(c)
    if (who?.kind === 'browser') sessions.end([who.id])
    return c.json({ desk: sessions.desk, signedIn: false })
  })
  app.post('/session/pass', async c => {
    const who = visitor(c)
    const asked = PASS.safeParse(await c.req.json().catch(() => undefined))
    if (!who) return c.json({ error: { message: 'This browser is not signed in.' } }, 401)
    if (!asked.success)
      return c.json({ error: { message: 'A pass is for a path below /download/.' } }, 400)
    const url = new URL(asked.data.path, 'http://desk')
    // A program has the token, and needs none.
    if (who.kind === 'browser')
      url.searchParams.set('pass', tickets.pass(decodeSafely(url.pathname), who.id))
    return c.json({ url: `${url.pathname}${url.search}` })
  })
}

const USED_UP = 'That link was used before, or is older than ten minutes.'

/** Whether the address of a download has a pass of a session that lasts. */
export function hasPass({ sessions, tickets }: Security, url: URL): boolean {
  const pass = url.searchParams.get('pass')
  const session =
    pass === null ? undefined : tickets.sessionOfPass(decodeSafely(url.pathname), pass)
  return session !== undefined && sessions.has(session)
}

// Browsers and servers escape other letters; what is signed is what is meant.
function decodeSafely(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
