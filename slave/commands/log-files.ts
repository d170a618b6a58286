import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { LogFile } from '../protocol/shell-args.ts'
import type { Output } from './output.ts'

const LOOK_MS = 500
const BLOCK_BYTES = 64 * 1024

/**
 * Sends files that a command writes as logs of their own, as they grow.
 *
 * @returns Reads to the end once more, and stops.
 */
export function watchLogFiles(
  files: Readonly<Record<string, LogFile>>,
  workdir: string,
  output: Output,
): () => Promise<void> {
  const watched = Object.entries(files).map(([name, file]) =>
    watchOne(`log:${name}`, resolve(workdir, file.filename), file.follow, output),
  )
  if (watched.length === 0) return async () => {}
  let looking = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, LOOK_MS)

  return async () => {
    clearInterval(timer)
    await looking
    await look()
    for (const one of watched) await one.close()
  }

  async function look() {
    for (const one of watched) await one.look()
  }
}

function watchOne(stream: string, path: string, follow: boolean, output: Output) {
  let file: FileHandle | undefined
  let position = 0

  return {
    async look() {
      try {
        if (!file) {
          file = await open(path, 'r')
          if (follow) position = (await file.stat()).size
        }
        const { size } = await file.stat()
        if (size < position) position = 0
        while (position < size) {
          const buffer = Buffer.alloc(Math.min(BLOCK_BYTES, size - position))
          const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
          if (bytesRead === 0) return
          position += bytesRead
          output.write(stream, buffer.subarray(0, bytesRead))
        }
      } catch (error) {
        // It may come later, or never.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          output.note(`${path}: ${(error as Error).message}\n`)
      }
    },
    close: async () => file?.close(),
  }
}
