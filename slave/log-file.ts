import { appendFileSync, renameSync, statSync } from 'node:fs'
import { plainText } from './console.ts'

const LARGEST_BYTES = 1024 * 1024
const KEPT = 3

/** Writes text into a file, and keeps a few older ones beside it. */
export function openLogFile(path: string, largestBytes = LARGEST_BYTES): (text: string) => void {
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return text => {
    const plain = plainText(text)
    try {
      if (size + plain.length > largestBytes) {
        rotate(path)
        size = 0
      }
      appendFileSync(path, plain, { mode: 0o600 })
      size += Buffer.byteLength(plain)
    } catch {
      // A full disk must not end builds for want of a log line.
    }
  }
}

function rotate(path: string) {
  for (let n = KEPT; n >= 1; n--) {
    try {
      renameSync(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
