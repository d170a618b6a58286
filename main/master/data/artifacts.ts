import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, type ReadStream, rmSync } from 'node:fs'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { artifactPath } from '../artifact-path.ts'
import { renamePatiently } from '../lasting.ts'

export interface ArtifactStore {
  /** Takes a file in, block by block. */
  begin(): Promise<ArtifactWriter>
  read(sha256: string): ReadStream
}

export interface ArtifactWriter {
  write(bytes: Uint8Array): Promise<void>
  /** The file is whole: it is on disk when this resolves. */
  finish(): Promise<{ sha256: string; sizeBytes: number }>
  abandon(): Promise<void>
}

/** Uploaded files, named by their SHA-256: the same file of many builds is kept once. */
export function openArtifacts(folder: string): ArtifactStore {
  const pathOf = (sha256: string) => join(dirname(folder), artifactPath(sha256))
  const incoming = join(folder, 'incoming')
  // What a master that was killed had begun to take in.
  rmSync(incoming, { recursive: true, force: true })

  return {
    async begin() {
      await mkdir(incoming, { recursive: true, mode: 0o700 })
      const path = join(incoming, randomBytes(12).toString('hex'))
      const file = await open(path, 'wx', 0o600)
      const hash = createHash('sha256')
      let sizeBytes = 0
      return {
        async write(bytes) {
          hash.update(bytes)
          sizeBytes += bytes.length
          await file.writeFile(bytes)
        },
        async finish() {
          await file.sync()
          await file.close()
          const sha256 = hash.digest('hex')
          const target = pathOf(sha256)
          const known = await stat(target).catch(() => undefined)
          if (known?.size === sizeBytes) await rm(path)
          else {
            await mkdir(join(folder, sha256.slice(0, 2)), { recursive: true, mode: 0o700 })
            await renamePatiently(path, target)
          }
          return { sha256, sizeBytes }
        },
        async abandon() {
          await file.close()
          await rm(path, { force: true })
        },
      }
    },
    read: sha256 => createReadStream(pathOf(sha256)),
  }
}
