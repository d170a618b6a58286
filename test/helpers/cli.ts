import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { later } from './cleanup.ts'
import { testEnvironment } from './master.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line on a data directory. `program` is its entry. */
export async function runCli(program: string, dataDir: string, ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args, '--data', dataDir], {
    env: testEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  later(() => child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stdout.on('data', text => (out += text))
  child.stderr.on('data', text => (err += text))
  const [code] = await once(child, 'close')
  return { code, out, err }
}
