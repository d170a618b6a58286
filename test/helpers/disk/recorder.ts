import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainFolder } from '../folders.ts'

/** Whether this machine can make the layer: Linux, and a C compiler. */
export const CAN_RECORD =
  process.platform === 'linux' && spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0

/** One change of the disk, in the order in which a process made them. */
export type Change =
  | { readonly op: 'create'; readonly inode: bigint; readonly path: string }
  | { readonly op: 'write'; readonly inode: bigint; readonly at: number; readonly data: Buffer }
  | { readonly op: 'truncate'; readonly inode: bigint; readonly size: number }
  | { readonly op: 'sync'; readonly inode: bigint; readonly path: string; readonly folder: boolean }
  | { readonly op: 'rename' | 'link'; readonly from: string; readonly to: string }
  | { readonly op: 'remove' | 'folder'; readonly path: string }

/** Compiles recorder.c. Returns the path of the layer. */
export function buildRecorder(): string {
  const layer = join(plainFolder('recorder'), 'recorder.so')
  const source = join(import.meta.dirname, 'recorder.c')
  const { status, stderr } = spawnSync('cc', [
    '-shared',
    '-fPIC',
    '-O1',
    '-o',
    layer,
    source,
    '-ldl',
  ])
  if (status !== 0) throw new Error(String(stderr))
  return layer
}

export interface RunOptions {
  readonly layer: string
  readonly dataDir: string
  /** The change before which the process is killed. */
  readonly killAt?: number
  readonly trace?: string
  readonly args: readonly string[]
}

/** Runs start-program.ts on the layer. */
export function runOnLayer({
  layer,
  dataDir,
  killAt,
  trace,
  args,
}: RunOptions): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'start-program.ts'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      LD_PRELOAD: layer,
      DISK_ROOT: dataDir,
      // What goes round the C library would not be seen.
      UV_USE_IO_URING: '0',
      ...(trace && { DISK_TRACE: trace }),
      ...(killAt && { DISK_KILL: String(killAt) }),
    },
  })
}

export function readTrace(path: string): Change[] {
  const bytes = readFileSync(path)
  const changes: Change[] = []
  for (let at = 0; at < bytes.length; ) {
    const word = (n: number) => bytes.readBigUInt64LE(at + n * 8)
    const [op, inode, offset] = [String.fromCharCode(Number(word(0))), word(1), Number(word(2))]
    const [a, b, size] = [Number(word(3)), Number(word(4)), Number(word(5))]
    at += 48
    const path = bytes.toString('utf8', at, at + a)
    const other = bytes.toString('utf8', at + a, at + a + b)
    const data = bytes.subarray(at + a + b, at + a + b + size)
    at += a + b + size
    changes.push(changeOf(op, inode, offset, path, other, data))
  }
  return changes
}

function changeOf(
  op: string,
  inode: bigint,
  at: number,
  path: string,
  other: string,
  data: Buffer,
): Change {
  switch (op) {
    case 'C':
      return { op: 'create', inode, path }
    case 'W':
      return { op: 'write', inode, at, data }
    case 'T':
      return { op: 'truncate', inode, size: at }
    case 'S':
      return { op: 'sync', inode, path, folder: at === 1 }
    case 'R':
      return { op: 'rename', from: path, to: other }
    case 'L':
      return { op: 'link', from: path, to: other }
    case 'U':
      return { op: 'remove', path }
    case 'M':
      return { op: 'folder', path }
    default:
      throw new Error(`the trace holds "${op}"`)
  }
}
