import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { create } from 'tar'
import { asCount, asString, optional, ProtocolError } from '../protocol/parse.ts'
import { blockSize, fileCommand } from './files.ts'

/** Sends a folder as a tar, in blocks; the names in it are relative to the folder. */
export const startUploadDirectory = fileCommand(args => {
  const path = asString(args.path, 'path')
  const blockBytes = blockSize(args)
  const maxBytes = optional(args.maxsize, 'maxsize', asCount) ?? Number.POSITIVE_INFINITY
  const compress = optional(args.compress, 'compress', asString)
  if (compress !== undefined && compress !== 'gz' && compress !== 'bz2')
    throw new ProtocolError(`compress must be "gz", "bz2" or nothing, not "${compress}"`)
  return async ({ id, request }) => {
    if (!(await stat(path)).isDirectory()) throw new Error(`${path} is not a folder`)
    let sent = 0
    for await (const block of inBlocks(pack(path, compress), blockBytes)) {
      sent += block.length
      if (sent > maxBytes) throw new Error(`${path} is larger than the limit of ${maxBytes} bytes`)
      await request('update_upload_directory_write', { command_id: id, args: block })
    }
    await request('update_upload_directory_unpack', { command_id: id })
    return []
  }
})

async function* pack(folder: string, compress: 'gz' | 'bz2' | undefined): AsyncGenerator<Buffer> {
  let trouble: Error | undefined
  const tar = create(
    {
      cwd: folder,
      gzip: compress === 'gz',
      // A file that could not be read must not be missing without a word; what is no
      // file at all, as a socket, can't be packed by anybody.
      onwarn(code, message) {
        if (code !== 'TAR_ENTRY_UNSUPPORTED') trouble ??= new Error(String(message))
      },
    },
    ['.'],
  ) as AsyncIterable<Buffer>
  yield* compress === 'bz2' ? bzip2(tar) : tar
  if (trouble) throw trouble
}

// Node has no bzip2; every system that builds software has the program.
async function* bzip2(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const child = spawn('bzip2', ['-c'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(child, 'close').catch(() => {
    throw new Error('bzip2 could not be started. Is it installed, and in the slave\u2019s PATH?')
  })
  ended.catch(() => {})
  child.stdin.on('error', () => {})
  Readable.from(bytes).pipe(child.stdin)
  try {
    yield* child.stdout as AsyncIterable<Buffer>
    const [code] = await ended
    if (code !== 0) throw new Error(`bzip2 ended with exit status ${code}`)
  } finally {
    child.kill()
  }
}

/** Puts bytes together to blocks of one size; the last one may be smaller. */
export async function* inBlocks(
  bytes: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = []
  let gatheredBytes = 0
  for await (let part of bytes)
    while (part.length > 0) {
      const piece = part.subarray(0, size - gatheredBytes)
      part = part.subarray(piece.length)
      gathered.push(piece)
      gatheredBytes += piece.length
      if (gatheredBytes < size) continue
      yield Buffer.concat(gathered)
      gathered = []
      gatheredBytes = 0
    }
  if (gatheredBytes > 0) yield Buffer.concat(gathered)
}
