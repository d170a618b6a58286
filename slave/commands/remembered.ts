import { readFileSync, rmSync } from 'node:fs'
import { writeWhole } from '../protocol/write-whole.ts'
import { listProcesses, type ProcessInfo } from './process-list.ts'
import { msOfFileTime } from './windows-processes.ts'

/** A process that a slave has started or seen: what its successor needs to know it again. */
type Remembered = Pick<ProcessInfo, 'pid'> &
  (Pick<ProcessInfo, 'startedAt'> | { readonly startedMs: number })

/**
 * Keeps the processes of a slave's commands in a file, for the slave that takes its place when it is
 * killed. Needed on macOS: it shows nobody the environment of Apple's own programs (sh, make, git,
 * python3), so that a mark in it is not seen.
 */
export interface Memory {
  write(all: readonly Remembered[]): void
}

// ps tells whole seconds, and the clock was read a moment after the start.
const NEAR_MS = 2000

export function createMemory(file: string): Memory {
  let last = ''
  return {
    write(all) {
      const text = JSON.stringify(all)
      if (text === last) return
      last = text
      try {
        if (all.length === 0) rmSync(file, { force: true })
        else writeWhole(file, text, { flush: false })
      } catch {
        // A full disk must not end a command. A successor then knows less.
      }
    },
  }
}

/** Who of those in the file still lives. Rejects when the system's list can't be had. */
export async function stillLiving(file: string): Promise<readonly ProcessInfo[]> {
  const remembered = readMemory(file)
  if (remembered.length === 0) return []
  const all = await listProcesses()
  return all.filter(one => remembered.some(known => isThat(one, known)))
}

function isThat(one: ProcessInfo, known: Remembered): boolean {
  if (one.pid !== known.pid) return false
  if ('startedAt' in known) return one.startedAt === known.startedAt
  const startedMs =
    process.platform === 'win32' ? msOfFileTime(one.startedAt) : Date.parse(`${one.startedAt} UTC`)
  return Math.abs(startedMs - known.startedMs) <= NEAR_MS
}

function readMemory(file: string): readonly Remembered[] {
  try {
    const all = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(all) ? all.filter(one => Number.isInteger(one?.pid)) : []
  } catch {
    // There is none, or it is of no use.
    return []
  }
}
