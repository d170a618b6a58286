import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SLAVE_ID_VARIABLE } from '../protocol/slave-id.ts'
import { findOpenFiles } from './open-files.ts'
import type { ProcessInfo } from './process-list.ts'

/**
 * Every process that a step starts inherits this variable, however it detaches
 * itself: a child that double-forks into a session of its own still carries it.
 */
export const STEP_ID_VARIABLE = 'TRIPHAMMER_STEP_ID'

/**
 * What tells the processes of a step, of a build or of a slave from all others.
 *
 * A variable in the environment, and on Linux also a number that survives a
 * cleared environment: the soft limit of file locks, which no kernel since 2.4.25
 * looks at, which every child inherits through fork and exec, and which
 * /proc/PID/limits shows to all.
 */
export interface Mark {
  /** `NAME=value`, or the beginning of that. */
  readonly variable: string
  readonly limit: { readonly value: bigint; readonly mask: bigint }
}

// 1 | 24 bits of the slave | 20 of the build | 17 of the command: 62 in all.
const TAG = 1n << 61n
const SLAVE_SHIFT = 37n
const BUILD_SHIFT = 17n

export function slaveMark(slaveId: string): Mark {
  return {
    variable: `${SLAVE_ID_VARIABLE}=${slaveId}`,
    limit: { value: TAG | slaveBits(slaveId), mask: -1n << SLAVE_SHIFT },
  }
}

export function buildMark(slaveId: string, build: string): Mark {
  return {
    variable: `${STEP_ID_VARIABLE}=${slaveId}/${build}/`,
    limit: { value: TAG | slaveBits(slaveId) | buildBits(build), mask: -1n << BUILD_SHIFT },
  }
}

export function commandMark(slaveId: string, build: string, command: string): Mark {
  const commandBits = hashBits(command, 17)
  return {
    // The beginning of a mark is looked for: a last stroke tells c1 from c10.
    variable: `${STEP_ID_VARIABLE}=${slaveId}/${build}/${command}/`,
    limit: { value: TAG | slaveBits(slaveId) | buildBits(build) | commandBits, mask: -1n },
  }
}

/** Whether a process inherited the mark. One whose environment may not be read shows its limits. */
export function carries(one: ProcessInfo, mark: Mark): boolean {
  if (one.environment !== undefined) return one.environment.includes(` ${mark.variable}`)
  if (process.platform !== 'linux') return false
  const environment = read(one.pid, 'environ')
  if (environment.startsWith(mark.variable) || environment.includes(`\0${mark.variable}`))
    return true
  const limit = /^Max file locks +(\d+)/m.exec(read(one.pid, 'limits'))?.[1]
  return limit !== undefined && (BigInt(limit) & mark.limit.mask) === mark.limit.value
}

// Asked at once: who started us may end before the first command begins.
const OPEN_FILES = findOpenFiles()

/**
 * The program and its arguments so that they carry the mark, and the person's own limit of open files. A shell sets the
 * limit for itself and becomes the program: dash calls it -w, bash -x. Where it
 * can't be set the environment must do.
 */
export function withLimit(file: string, args: readonly string[], mark: Mark): [string, string[]] {
  if (process.platform !== 'linux') return [file, [...args]]
  const { value } = mark.limit
  const files = OPEN_FILES === undefined ? '' : `ulimit -S -n ${OPEN_FILES} 2>/dev/null; `
  const script = `${files}ulimit -S -w ${value} 2>/dev/null || ulimit -S -x ${value} 2>/dev/null; exec "$@"`
  return ['/bin/sh', ['-c', script, 'sh', file, ...args]]
}

function slaveBits(slaveId: string): bigint {
  return hashBits(slaveId, 24) << SLAVE_SHIFT
}

function buildBits(build: string): bigint {
  return hashBits(build, 20) << BUILD_SHIFT
}

function hashBits(text: string, bits: number): bigint {
  const hash = createHash('sha256').update(text).digest().readUInt32BE(0)
  return BigInt(hash >>> (32 - bits))
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
