import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Holder } from '../../main/host/lock.ts'
import { later } from './cleanup.ts'
import { ROOT, testEnvironment } from './master.ts'

export interface Served {
  readonly child: ChildProcess
  readonly pid: number
  /** Resolves with who holds the directory once the master answers; with nothing when it ended before. */
  readonly ready: Promise<Holder | undefined>
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** What it wrote on both its outputs. */
  readonly said: () => string
}

/** The command line, from its TypeScript. */
export const CLI = join(ROOT, 'main', 'cli.ts')

/** A headless master in a process of its own. */
export function startServing(dataDir: string, cli = CLI, args: readonly string[] = []): Served {
  const all = [cli, 'serve', '--data', dataDir, '--http', '127.0.0.1:0', ...args]
  const child = spawn(process.execPath, all, { env: testEnvironment() })
  later(() => child.kill('SIGKILL'))
  let said = ''
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  const ready = new Promise<Holder | undefined>(resolve => {
    for (const pipe of [child.stdout, child.stderr])
      pipe.on('data', text => {
        said += text
        if (said.includes('listening on')) resolve(readHolder(dataDir))
      })
    void exited.then(() => resolve(undefined))
  })
  return { child, pid: child.pid!, ready, exited, said: () => said }
}

function readHolder(dataDir: string): Holder | undefined {
  const file = join(dataDir, 'lock.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
