import { execFile } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Both ends of a pipe of the system. Whoever takes it closes them. */
export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
}

// Four commands' worth: enough for those that begin at once, and few open files.
const BATCH = 8
const FEW = 3

const ready: Pipe[] = []
let filling: Promise<void> | undefined

/**
 * A pipe for a command's output, or `undefined` where the system makes none for us.
 *
 * What Node calls a pipe is a pair of sockets, and Linux opens no socket by name: `tee
 * /dev/stderr` and `> /dev/stdout` would fail. Node can't make a pipe, but it can open a named
 * one; its name is gone before anybody else could open it. Elsewhere opening `/dev/stdout` only
 * doubles the descriptor, and sockets do.
 */
export async function takePipe(): Promise<Pipe | undefined> {
  if (process.platform !== 'linux') return undefined
  if (ready.length === 0) await fill()
  const pipe = ready.pop()
  if (ready.length < FEW) void fill()
  return pipe
}

// A system without mkfifo, or with too many open files, has sockets instead.
function fill(): Promise<void> {
  filling ??= makePipes(BATCH)
    .catch(() => {})
    .finally(() => {
      filling = undefined
    })
  return filling
}

async function makePipes(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'triphammer-pipes-'))
  try {
    const names = Array.from({ length: count }, (_, i) => join(folder, String(i)))
    await promisify(execFile)('mkfifo', ['-m', '600', ...names])
    for (const name of names) ready.push(openBoth(name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function openBoth(name: string): Pipe {
  const readEnd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return { readEnd, writeEnd: openSync(name, constants.O_WRONLY) }
  } catch (error) {
    closeSync(readEnd)
    throw error
  }
}
