import { join } from 'node:path'
import { Hono } from 'hono'
import { APP_ROOT } from '../host/app-root.ts'
import type { Env } from '../http/app.ts'
import { artifactDownload, logDownload } from '../http/downloads.ts'
import { pageFile } from '../http/page.ts'
import type { Master } from '../master/master.ts'
import { PAGE_HOST, PAGE_SCHEME } from './page-address.ts'
import type { ProtocolPort } from './ports.ts'

/** Has to be called before the app is ready. */
export function registerPageScheme(protocol: ProtocolPort): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** Serves the built page, and the downloads that it links to, without a port. */
export function servePage(
  protocol: ProtocolPort,
  master: Master,
  log: (text: string) => void,
  staticDir = join(APP_ROOT, 'out', 'renderer'),
): void {
  const answer = createPageHandler(master, log, staticDir)
  protocol.handle(PAGE_SCHEME, answer)
}

export function createPageHandler(
  master: Master,
  log: (text: string) => void,
  staticDir: string,
): (request: Request) => Promise<Response> {
  const routes = new Hono<Env>()
  routes.get('/download/logs/:id', c => logDownload(master, c))
  routes.get('/download/builds/:id/*', c => artifactDownload(master, c))
  routes.get('*', c => pageFile(staticDir, c))
  routes.notFound(c => c.text(`There is nothing at ${c.req.path}.\n`, 404))
  routes.onError((error, c) => {
    log(`${c.req.url}: ${error.stack ?? error.message}`)
    return c.text('Something went wrong here; app.log has the details.\n', 500)
  })
  return async request => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response('Only GET and HEAD are answered here.\n', { status: 405 })
    if (new URL(request.url).host !== PAGE_HOST) return new Response(null, { status: 404 })
    return routes.fetch(request)
  }
}
