import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import type { Context } from 'hono'

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

/**
 * A file of the built page, and nothing outside of its folder. The page holds no
 * secret; what it shows it has to ask for.
 */
export async function pageFile(staticDir: string, c: Context): Promise<Response> {
  const path = pathWithin(c.req.path)
  if (path === undefined) return c.notFound()
  const file = join(staticDir, path)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) return c.notFound()
  c.header('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream')
  c.header('Content-Length', String(found.size))
  c.header('Content-Security-Policy', PAGE_POLICY)
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Referrer-Policy', 'no-referrer')
  // Names of built files hold a hash of their content.
  c.header('Cache-Control', path.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache')
  if (c.req.method === 'HEAD') return c.body(null)
  return c.body(Readable.toWeb(createReadStream(file)) as ReadableStream)
}

// The path relative to the page's folder; undefined when it leads out of it.
function pathWithin(wanted: string): string | undefined {
  if (wanted === '/') return 'index.html'
  let path: string
  try {
    path = normalize(decodeURIComponent(wanted).replace(/^[/\\]+/, ''))
  } catch {
    // Not a way to write a path.
    return undefined
  }
  return path.startsWith('..') || path.includes('\0') ? undefined : path
}
