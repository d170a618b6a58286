import { chmod, constants, cp, glob, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { constants as systemConstants } from 'node:os'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { after } from '../long-timer.ts'
import { RemoteError } from '../protocol/link.ts'
import {
  asBoolean,
  asBytes,
  asCount,
  asNumber,
  asString,
  asStrings,
  type Fields,
  optional,
  ProtocolError,
} from '../protocol/parse.ts'
import type { Command, CommandContext, StartCommand } from './command.ts'
import { createOutput, type Pair } from './output.ts'

// Other ends expect the system's own numbers; 1 means "something else".
const ERRNO: Readonly<Record<string, number>> = systemConstants.errno

/**
 * A command on the file system: what `work` returns is sent as updates, and what
 * it throws becomes a non-zero `rc` with a line that says why.
 */
export function fileCommand(
  parse: (args: Fields) => (context: CommandContext) => Promise<readonly Pair[]>,
): StartCommand {
  return (args, context) => {
    const work = parse(args)
    const startedAt = performance.now()
    const { promise: ended, reject } = Promise.withResolvers<never>()
    ended.catch(() => {})
    let interrupted: Error | undefined
    const end = (why: string) => reject((interrupted ??= new Error(`interrupted (${why})`)))
    // A file on its way is ended between two blocks, a removal or a copy where it stands: only its
    // answer is given before its time.
    const request: CommandContext['request'] = (op, fields) =>
      interrupted && !op.endsWith('_close')
        ? Promise.reject(interrupted)
        : context.request(op, fields)
    const limitS = optional(args.maxTime, 'maxTime', asNumber)
    const cancelLimit =
      limitS === undefined
        ? () => {}
        : after(limitS * 1000, () => end(`ran longer than ${limitS} s`))
    const run = async () => {
      let pairs: readonly Pair[]
      try {
        pairs = [...(await Promise.race([work({ ...context, request }), ended])), ['rc', 0]]
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        const output = createOutput(context.updates)
        output.write('stderr', Buffer.from(`${message}\n`))
        output.flush()
        pairs = [['rc', interrupted ? -1 : (ERRNO[code ?? ''] ?? 1)]]
      }
      cancelLimit()
      context.updates.say([...pairs, ['elapsed', (performance.now() - startedAt) / 1000]])
    }
    return { done: run(), interrupt: end } satisfies Command
  }
}

export const startMkdir = fileCommand(args => {
  const paths = asStrings(args.paths, 'paths')
  return async () => {
    for (const path of paths) await mkdir(path, { recursive: true })
    return []
  }
})

export const startRmdir = fileCommand(args => {
  const paths = asStrings(args.paths, 'paths')
  return async () => {
    for (const path of paths) await removeTree(path)
    return []
  }
})

async function removeTree(path: string): Promise<void> {
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  try {
    await remove()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTEMPTY') throw error
    if (!(await lstat(path)).isDirectory()) throw error
    await openFolders(path)
    await remove()
  }
}

// Folders without write permission, such as those of Go's module cache, keep what is in them.
// Links are not followed: what they point to is not ours. Files are left as they are, since
// they may have other names.
async function openFolders(path: string): Promise<void> {
  try {
    const { mode } = await lstat(path)
    if ((mode & 0o700) !== 0o700) await chmod(path, mode | 0o700)
    for (const entry of await readdir(path, { withFileTypes: true }))
      if (entry.isDirectory()) await openFolders(join(path, entry.name))
  } catch (error) {
    // The removal that failed goes on beside this one for what it had begun with.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

export const startRmfile = fileCommand(args => {
  const path = asString(args.path, 'path')
  return async () => {
    await rm(path)
    return []
  }
})

export const startCpdir = fileCommand(args => {
  const from = asString(args.from_path, 'from_path')
  const to = asString(args.to_path, 'to_path')
  return async () => {
    await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    return []
  }
})

export const startStat = fileCommand(args => {
  const path = asString(args.path, 'path')
  return async () => {
    const s = await stat(path)
    const times = [s.atimeMs, s.mtimeMs, s.ctimeMs].map(ms => Math.floor(ms / 1000))
    return [['stat', [s.mode, s.ino, s.dev, s.nlink, s.uid, s.gid, s.size, ...times]]]
  }
})

export const startListdir = fileCommand(args => {
  const path = asString(args.path, 'path')
  return async () => [['files', await readdir(path)]]
})

/** `**` goes into folders. With `workdir` the pattern is relative to it, and so are the answers. */
export const startGlob = fileCommand(args => {
  const pattern = asString(args.path, 'path')
  const workdir = optional(args.workdir, 'workdir', asString)
  return async () => {
    const files: string[] = []
    for await (const file of glob(pattern, {
      cwd: workdir ?? (isAbsolute(pattern) ? '/' : process.cwd()),
    }))
      files.push(workdir === undefined ? resolve('/', file) : file.split(sep).join('/'))
    return [['files', files.sort()]]
  }
})

export const startUploadFile = fileCommand(args => {
  const path = asString(args.path, 'path')
  const blockBytes = blockSize(args)
  const maxBytes = optional(args.maxsize, 'maxsize', asCount) ?? Number.POSITIVE_INFINITY
  const keepstamp = optional(args.keepstamp, 'keepstamp', asBoolean) ?? false
  return async ({ id, startAt, request, updates }) => {
    try {
      const file = await open(path, 'r')
      try {
        let sent = startAt
        for (;;) {
          // A buffer of its own for each block: the one before may still be on its way.
          const buffer = Buffer.alloc(blockBytes)
          const { bytesRead } = await file.read(buffer, 0, blockBytes, sent)
          if (bytesRead === 0) break
          sent += bytesRead
          if (sent > maxBytes)
            throw new Error(`${path} is larger than the limit of ${maxBytes} bytes`)
          await request('update_upload_file_write', {
            command_id: id,
            args: buffer.subarray(0, bytesRead),
          })
        }
      } finally {
        await file.close()
      }
    } finally {
      await request('update_upload_file_close', { command_id: id })
    }
    if (!keepstamp) return []
    const { atimeMs, mtimeMs } = await stat(path)
    try {
      await request('update_upload_file_utime', {
        command_id: id,
        access_time: atimeMs / 1000,
        modified_time: mtimeMs / 1000,
      })
    } catch (error) {
      // Buildbot's master up to 3.7 always says no to this one, although it has the file.
      if (!(error instanceof RemoteError)) throw error
      const output = createOutput(updates)
      output.note(`the master did not take the times of the file: ${error.message}\n`)
      output.flush()
    }
    return []
  }
})

export const startDownloadFile = fileCommand(args => {
  const path = asString(args.path, 'path')
  const blockBytes = blockSize(args)
  const maxBytes = optional(args.maxsize, 'maxsize', asCount) ?? Number.POSITIVE_INFINITY
  const mode = optional(args.mode, 'mode', asCount)
  return async ({ id, request }) => {
    try {
      await mkdir(dirname(path), { recursive: true })
      const file = await open(
        path,
        constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
        mode ?? 0o666,
      )
      try {
        let received = 0
        for (;;) {
          const answer = await request('update_read_file', { command_id: id, length: blockBytes })
          if (answer === null)
            throw new Error(
              'the master sent no file. Over this protocol, masters of Buildbot cannot; a shell step that fetches it can.',
            )
          const bytes = asBytes(answer, 'the answer to update_read_file')
          if (bytes.length === 0) break
          received += bytes.length
          if (received > maxBytes)
            throw new Error(`more than the limit of ${maxBytes} bytes came for ${path}`)
          await file.write(bytes)
        }
        if (mode !== undefined) await file.chmod(mode)
      } finally {
        await file.close()
      }
    } finally {
      await request('update_read_file_close', { command_id: id })
    }
    return []
  }
})

const LARGEST_BLOCK_BYTES = 16 * 1024 * 1024

/** How much of a file travels at a time. A block is held in memory, however large the file. */
export function blockSize(args: Fields): number {
  const wanted = asCount(args.blocksize, 'blocksize')
  if (wanted === 0) throw new ProtocolError('blocksize must not be 0')
  return Math.min(wanted, LARGEST_BLOCK_BYTES)
}
