import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type ChildWords, listenTo } from './child-words.ts'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'
import { ROOT, testEnvironment } from './master.ts'

export interface SlaveProcess extends ChildWords {
  readonly child: ChildProcess
  /** Its state folder. */
  readonly state: string
  readonly exited: Promise<{ code: number | null; signal: string | null }>
}

export interface SlaveProcessOptions {
  readonly state?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** The program, in place of the slave's TypeScript. */
  readonly program?: readonly [file: string, ...args: string[]]
}

/** A slave in a process of its own, as a person starts it on another machine. */
export function startSlaveProcess(
  args: readonly string[],
  options: SlaveProcessOptions = {},
): SlaveProcess {
  const state = options.state ?? temporaryFolder('state')
  const [file, ...first] = options.program ?? [process.execPath, join(ROOT, 'slave/main.ts')]
  const child = spawn(file, [...first, ...args, '--state', state], {
    env: { ...testEnvironment(), ...options.env },
  })
  later(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  child.stdin.end(options.input ?? '')
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  return {
    child,
    state,
    ...listenTo(child),
    exited,
  }
}
