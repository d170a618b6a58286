import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { callHandler } from '../bridge/call.ts'
import type { Doors } from './doors.ts'
import { artifactDownload, logDownload } from './downloads.ts'
import { addRest } from './rest/rest.ts'
import type { Security } from './security.ts'

export type Env = { Bindings: HttpBindings }

/** What a page of ours may do: nothing from elsewhere. `style=""` is how React places things. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
}

/** The routes of the HTTP doors. */
export function createApp(doors: Doors, security: Security): Hono<Env> {
  const { master, handlers, log } = doors
  const app = new Hono<Env>()

  app.onError((error, c) => {
    log(`${c.req.method} ${c.req.path}: ${error.stack ?? error.message}`)
    return c.json(
      { error: { message: 'Something went wrong here; app.log has the details.' } },
      500,
    )
  })
  app.notFound(c => c.json({ error: { message: `There is nothing at ${c.req.path}.` } }, 404))

  app.get('/healthz', c => c.json({ status: 'ok', version: master.options.version }))
  app.get('/', async c => {
    const ticket = c.req.query('ticket')
    if (ticket === undefined) return page(c)
    if (!security.takeTicket(ticket))
      return c.text(
        'This address was good once, or for ten minutes. "triphammer open" gives a new one.\n',
        403,
      )
    c.header('Set-Cookie', security.setCookie)
    return c.redirect('/', 303)
  })

  const guarded = ['/api/*', '/bridge/*', '/download/*', '/ticket']
  for (const path of guarded)
    app.use(path, async (c, next) => {
      if (security.isAuthorized(c.env.incoming.headers)) return next()
      c.header('WWW-Authenticate', 'Bearer')
      return c.json(
        {
          error: { message: 'The token is needed: Authorization: Bearer <content of api-token>.' },
        },
        401,
      )
    })

  app.post('/ticket', c => c.json({ url: doors.ticketUrl() }))
  app.post('/bridge/:channel', async c => {
    const args: unknown = await c.req.json().catch(() => undefined)
    const reply = await callHandler(handlers, c.req.param('channel'), args, log)
    return c.json(reply, reply.ok ? 200 : 400)
  })
  app.get('/download/logs/:id', c => logDownload(master, c))
  app.get('/download/builds/:id/*', c => artifactDownload(master, c))
  addRest(app, doors)
  app.get('*', page)
  return app

  // The page itself holds no secret; what it shows it has to ask for.
  async function page(c: Context<Env>) {
    const wanted = c.req.path === '/' ? 'index.html' : decodeURIComponent(c.req.path).slice(1)
    const path = normalize(wanted)
    if (path.startsWith('..') || path.includes('\0')) return c.notFound()
    const file = join(doors.staticDir, path)
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return c.notFound()
    c.header('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream')
    c.header('Content-Length', String(found.size))
    c.header('Content-Security-Policy', PAGE_POLICY)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    // Names of built files hold a hash of their content.
    c.header(
      'Cache-Control',
      path.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    )
    return c.body(Readable.toWeb(createReadStream(file)) as ReadableStream)
  }
}
