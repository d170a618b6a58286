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
  onOutput: (bytes: Uint8Array) => void,
): () => Promise<void> {
  const watched = Object.entries(files).map(([name, { filename, follow }]) =>
    watchOne(resolve(workdir, filename), follow, take(`log:${name}`), output.note),
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

  // A big file waits for the master as a program on a pipe does.
  function take(stream: string) {
    return async (bytes: Uint8Array) => {
      onOutput(bytes)
      output.write(stream, bytes)
      output.flush()
      if (output.full) await new Promise<void>(output.onDrain)
    }
  }
}

function watchOne(
  path: string,
  follow: boolean,
  take: (bytes: Uint8Array) => Promise<void>,
  note: (text: string) => void,
) {
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
          await take(buffer.subarray(0, bytesRead))
        }
      } catch (error) {
        // It may come later, or never.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          note(`${path}: ${(error as Error).message}\n`)
      }
    },
    close: async () => file?.close(),
  }
}
