import { constants, cp, glob, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, resolve } from 'node:path'
import {
  asBoolean,
  asBytes,
  asCount,
  asString,
  asStrings,
  type Fields,
  optional,
} from '../protocol/parse.ts'
import type { Command, CommandContext, StartCommand } from './command.ts'
import { createOutput, type Pair } from './output.ts'

// errno of the usual failures; other ends expect numbers, and 1 means "something else".
const ERRNO: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EACCES: 13,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  ENOSPC: 28,
  EROFS: 30,
  ENOTEMPTY: 39,
}

/**
 * A command on the file system: what `work` returns is sent as updates, and what
 * it throws becomes a non-zero `rc` with a line that says why.
 */
function fileCommand(
  parse: (args: Fields) => (context: CommandContext) => Promise<readonly Pair[]>,
): StartCommand {
  return (args, context) => {
    const work = parse(args)
    const startedAt = performance.now()
    const run = async () => {
      let pairs: readonly Pair[]
      try {
        pairs = [...(await work(context)), ['rc', 0]]
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        const output = createOutput(context.updates)
        output.write('stderr', Buffer.from(`${message}\n`))
        output.flush()
        pairs = [['rc', ERRNO[code ?? ''] ?? 1]]
      }
      context.updates.say([...pairs, ['elapsed', (performance.now() - startedAt) / 1000]])
    }
    // These are quick; what was begun is finished.
    return { done: run(), interrupt() {} } satisfies Command
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
    for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 3 })
    return []
  }
})

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
      files.push(workdir === undefined ? resolve('/', file) : file)
    return [['files', files.sort()]]
  }
})

export const startUploadFile = fileCommand(args => {
  const path = asString(args.path, 'path')
  const blockBytes = asCount(args.blocksize, 'blocksize')
  const maxBytes = optional(args.maxsize, 'maxsize', asCount) ?? Number.POSITIVE_INFINITY
  const keepstamp = optional(args.keepstamp, 'keepstamp', asBoolean) ?? false
  return async ({ id, startAt, request }) => {
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
    if (keepstamp) {
      const { atimeMs, mtimeMs } = await stat(path)
      await request('update_upload_file_utime', {
        command_id: id,
        access_time: atimeMs / 1000,
        modified_time: mtimeMs / 1000,
      })
    }
    return []
  }
})

export const startDownloadFile = fileCommand(args => {
  const path = asString(args.path, 'path')
  const blockBytes = asCount(args.blocksize, 'blocksize')
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
