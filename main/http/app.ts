import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { callHandler } from '../bridge/call.ts'
import { wordsOfFullDisk } from '../master/room.ts'
import { limitBody } from './body-limit.ts'
import { type Doors, hasMaster, type RecoveryDoors } from './doors.ts'
import { artifactDownload, logDownload } from './downloads.ts'
import { addFeeds } from './feeds/feeds.ts'
import { pageFile } from './page.ts'
import { addRest } from './rest/rest.ts'
import type { Security } from './security.ts'
import { addSessions, hasPass } from './session-routes.ts'

export type Env = { Bindings: HttpBindings }

// As large as a message of the bridge may be.
const LARGEST_BODY_BYTES = 4 * 1024 * 1024
const FEEDS = ['/cc.xml', '/badges/*']

/** The routes of the HTTP doors. */
export function createApp(doors: Doors | RecoveryDoors, security: Security): Hono<Env> {
  const { handlers, log } = doors
  const app = new Hono<Env>()

  app.onError((error, c) => {
    log(`${c.req.method} ${c.req.path}: ${error.stack ?? error.message}`)
    const full = wordsOfFullDisk(error)
    if (full) return c.json({ error: { message: full } }, 507)
    return c.json(
      { error: { message: 'Something went wrong here; app.log has the details.' } },
      500,
    )
  })
  app.notFound(c => c.json({ error: { message: `There is nothing at ${c.req.path}.` } }, 404))

  app.get('/healthz', c =>
    hasMaster(doors)
      ? c.json({ status: 'ok', version: doors.master.options.version })
      : c.json({ status: 'recovery', version: doors.version, reason: doors.why() }, 503),
  )
  addSessions(app, security)

  const guarded = ['/api/*', '/bridge/*', '/download/*', '/ticket', ...FEEDS]
  for (const path of guarded)
    app.use(path, async (c, next) => {
      if (security.visitor(c.env.incoming.headers)) return next()
      if (path === '/download/*' && hasPass(security, new URL(c.req.url))) return next()
      c.header('WWW-Authenticate', 'Bearer')
      return c.json(
        {
          error: { message: 'The token is needed: Authorization: Bearer <content of api-token>.' },
        },
        401,
      )
    })

  // Only behind the guard: of whoever has no token nothing is read at all.
  app.use(
    '*',
    limitBody(
      LARGEST_BODY_BYTES,
      `What was sent is larger than ${LARGEST_BODY_BYTES / 1024 ** 2} MB.`,
    ),
  )
  app.post('/ticket', c =>
    // A session that is ended must not have left a way back.
    security.visitor(c.env.incoming.headers)?.kind === 'program'
      ? c.json({ url: doors.ticketUrl() })
      : c.json({ error: { message: 'Only a program with the token gets a link.' } }, 403),
  )
  app.post('/bridge/:channel', async c => {
    const args: unknown = await c.req.json().catch(() => undefined)
    const reply = await callHandler(handlers, c.req.param('channel'), args, log)
    return c.json(reply, reply.ok ? 200 : 400)
  })
  if (hasMaster(doors)) {
    const { master } = doors
    app.get('/download/logs/:id', c => logDownload(master, c))
    app.get('/download/builds/:id/*', c => artifactDownload(master, c))
    addRest(app, doors)
    addFeeds(app, doors)
  } else
    for (const path of ['/api/*', '/download/*', ...FEEDS])
      app.all(path, c => c.json({ error: { message: doors.why() } }, 503))
  app.get('*', c => pageFile(doors.staticDir, c))
  return app
}
