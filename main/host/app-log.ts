import { appendFileSync, renameSync, statSync } from 'node:fs'
import { maskAddresses } from '../master/git/address.ts'

const LARGEST_BYTES = 1024 * 1024
const KEPT = 3

/**
 * Writes lines to app.log, and keeps a few older files beside it. Each line is on
 * its way to the disk when this returns: the last words of a crash are what such
 * a file is for.
 */
export function openAppLog(path: string): (text: string) => void {
  let size = sizeOf(path)
  return text => {
    const told = maskAddresses(text).replaceAll('\n', '\n  ')
    const line = `${new Date().toISOString()} ${told}\n`
    try {
      if (size + line.length > LARGEST_BYTES) {
        rotate(path)
        size = 0
      }
      appendFileSync(path, line, { mode: 0o600 })
      size += line.length
    } catch {
      // A full disk must not take the master down for want of a log line.
    }
  }
}

function rotate(path: string) {
  for (let n = KEPT; n >= 1; n--) {
    const from = n === 1 ? path : `${path}.${n - 1}`
    try {
      renameSync(from, `${path}.${n}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
