import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { plainText } from '../master/logs/plain-stream.ts'
import type { Master } from '../master/master.ts'
import type { BuildId, LogId, Stream } from '../master/model.ts'
import { STREAMS } from '../master/model.ts'
import type { Env } from './app.ts'

/**
 * A log's exact bytes as a file. `?streams=stdout,stderr` leaves the header lines
 * out, `?from=N` the first N bytes. `?plain=1` makes it a text as it is read, without
 * colours and what was overwritten.
 */
export function logDownload({ data }: Master, c: Context<Env>): Response {
  const log = data.log(Number(c.req.param('id')) as LogId)
  if (!log) return c.json({ error: { message: `There is no log ${c.req.param('id')}.` } }, 404)
  const step = data.step(log.stepId)!
  const build = data.build(step.buildId)!
  const builder = data.builder(build.builderId)!
  const wanted = c.req.query('streams')?.split(',')
  const streams = wanted && STREAMS.filter(stream => wanted.includes(stream))
  c.header('Content-Type', 'text/plain; charset=utf-8')
  c.header('X-Content-Type-Options', 'nosniff')
  c.header(
    'Content-Disposition',
    attachment(`${builder.name}-${build.number}-${step.name}-${log.name}.txt`),
  )
  const bytes = logBytes(data, log.id, streams, Number(c.req.query('from') ?? 0) || 0)
  const body = c.req.query('plain') === '1' ? plainText(bytes) : bytes
  return c.body(Readable.toWeb(Readable.from(body)) as ReadableStream)
}

/** What is stored of a log, chunk by chunk: a huge log takes no more memory than a small one. */
export async function* logBytes(
  data: Master['data'],
  id: LogId,
  streams?: readonly Stream[],
  start = 0,
): AsyncGenerator<Uint8Array> {
  for (let from = start; ; ) {
    const { bytes, next } = await data.logBytes(id, from, streams)
    if (next === from) return
    if (bytes.length > 0) yield bytes
    from = next
  }
}

/** A file that a build kept. */
export function artifactDownload({ data, artifacts }: Master, c: Context<Env>): Response {
  const id = Number(c.req.param('id')) as BuildId
  const path = decodeURIComponent(c.req.path.split('/').slice(4).join('/'))
  const artifact = data.artifactsOfBuild(id).find(one => one.path === path)
  if (!artifact) return c.json({ error: { message: `Build ${id} has no file ${path}.` } }, 404)
  c.header('Content-Type', 'application/octet-stream')
  c.header('Content-Length', String(artifact.sizeBytes))
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Content-Disposition', attachment(path.split('/').at(-1)!))
  return c.body(Readable.toWeb(artifacts.read(artifact.sha256)) as ReadableStream)
}

function attachment(name: string): string {
  const safe = name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '_')
  const plain = safe.replace(/[^\x20-\x7e]/g, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(safe)}`
}
