import { createHash } from 'node:crypto'
import { once } from 'node:events'
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

/** A file that a build kept. What is no longer what the build kept is refused in words, or cut off before its end. */
export async function artifactDownload(
  { data, artifacts }: Master,
  c: Context<Env>,
): Promise<Response> {
  const id = c.req.param('id')
  const refuse = (message: string) => c.json({ error: { message } }, 404)
  const path = decoded(c.req.path.split('/').slice(4).join('/'))
  if (path === undefined) return refuse(`${c.req.path} is not the address of a file.`)
  const artifact = data.artifactsOfBuild(Number(id) as BuildId).find(one => one.path === path)
  if (!artifact) return refuse(`Build ${id} has no file ${path}.`)
  const { sha256, sizeBytes } = artifact
  const lost = (what: string) =>
    refuse(`Build ${id} kept ${path}, but ${what}. "triphammer check" lists what else is damaged.`)
  const file = artifacts.read(sha256)
  const opened = await once(file, 'open').then(
    () => true,
    () => false,
  )
  if (!opened) return lost('its file is missing from the data directory')
  const whole = sizeBytes <= CHECKED_FIRST_BYTES ? await wholeFile(file, sha256) : file
  if (whole === undefined) return lost('its file is damaged')
  c.header('Content-Type', 'application/octet-stream')
  c.header('Content-Length', String(sizeBytes))
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Content-Disposition', attachment(path.split('/').at(-1)!))
  if (Buffer.isBuffer(whole)) return c.body(whole as Uint8Array<ArrayBuffer>)
  return c.body(Readable.toWeb(Readable.from(checked(file, sha256))) as ReadableStream)
}

/** Files up to this size are compared with their hash before anything is sent. */
const CHECKED_FIRST_BYTES = 8 * 1024 * 1024

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

async function wholeFile(file: Readable, sha256: string): Promise<Buffer | undefined> {
  try {
    const bytes = Buffer.concat(await file.toArray())
    return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : undefined
  } catch {
    return undefined
  }
}

// The last block of a large file is held back until its hash is known: a damaged file is never a whole download.
async function* checked(file: AsyncIterable<Uint8Array>, sha256: string) {
  const hash = createHash('sha256')
  let last: Uint8Array | undefined
  for await (const block of file) {
    hash.update(block)
    if (last) yield last
    last = block
  }
  if (hash.digest('hex') !== sha256) throw new Error(`the artifact ${sha256} is damaged`)
  if (last) yield last
}

function attachment(name: string): string {
  const safe = name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '_')
  const plain = safe.replace(/[^\x20-\x7e]/g, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(safe)}`
}
