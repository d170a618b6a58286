import { glob, readFile, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { encodeFileHead, type FileHead } from '../protocol/file-frames.ts'
import { asCount, asString, asStrings, type Fields, optional } from '../protocol/parse.ts'
import { blockSize, fileCommand } from './files.ts'
import { inBlocks } from './upload-directory.ts'

/**
 * Sends all files below a folder that match one of several patterns, in one stream and after one walk. With `newer_than`,
 * only what was changed since that file or folder of the same file system: no clock has to be right for it.
 */
export const startUploadFiles = fileCommand(args => {
  const wanted = parseWanted(args)
  const blockBytes = blockSize(args)
  return async ({ id, startAt, request }) => {
    try {
      let toSkip = startAt
      for await (const block of inBlocks(packFiles(wanted), blockBytes)) {
        const rest = block.subarray(Math.min(toSkip, block.length))
        toSkip -= block.length - rest.length
        if (rest.length > 0)
          await request('update_upload_file_write', { command_id: id, args: rest })
      }
    } finally {
      await request('update_upload_file_close', { command_id: id })
    }
    return []
  }
})

interface Wanted {
  readonly folder: string
  readonly patterns: readonly string[]
  /** Names of folders that are not looked into. */
  readonly leaveOut: ReadonlySet<string>
  readonly newerThan: string | undefined
  readonly maxBytes: number
}

function parseWanted(args: Fields): Wanted {
  return {
    folder: asString(args.workdir, 'workdir'),
    patterns: asStrings(args.patterns, 'patterns'),
    leaveOut: new Set(asStrings(args.leave_out, 'leave_out')),
    newerThan: optional(args.newer_than, 'newer_than', asString),
    maxBytes: optional(args.maxsize, 'maxsize', asCount) ?? Number.POSITIVE_INFINITY,
  }
}

async function* packFiles(wanted: Wanted): AsyncGenerator<Buffer> {
  const { folder, newerThan, maxBytes } = wanted
  const since =
    newerThan === undefined ? undefined : (await stat(newerThan, { bigint: true })).mtimeNs
  for (const path of await findFiles(wanted)) {
    const left = (why: NonNullable<FileHead['left']>, more: Partial<FileHead> = {}) =>
      encodeFileHead({ path, size: 0, left: why, ...more })
    try {
      const full = join(folder, path)
      const found = await stat(full, { bigint: true })
      if (!found.isFile()) continue
      if (since !== undefined && found.mtimeNs < since) yield left('older')
      else if (found.size > maxBytes) yield left('large')
      else {
        // It may still grow: the head must tell the size of what follows.
        const bytes = await readFile(full)
        yield encodeFileHead({ path, size: bytes.length })
        if (bytes.length > 0) yield bytes
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT') yield left('unreadable', { why: message })
    }
  }
}

async function findFiles({ folder, patterns, leaveOut }: Wanted): Promise<string[]> {
  const found = new Set<string>()
  const exclude = (path: string) => leaveOut.has(path.slice(path.lastIndexOf(sep) + 1))
  for await (const path of glob(patterns, { cwd: folder, exclude })) {
    const portable = sep === '\\' ? path.replaceAll('\\', '/') : path
    if (!/^(\/|[a-z]:)|(^|\/)\.\.(\/|$)/i.test(portable)) found.add(portable)
  }
  return [...found].sort()
}
