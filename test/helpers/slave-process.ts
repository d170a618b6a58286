import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'
import { ROOT, testEnvironment } from './master.ts'

export interface SlaveProcess {
  readonly child: ChildProcess
  /** Its state folder. */
  readonly state: string
  readonly said: () => string
  /** Resolves, with what the first group matched, once it has said so. */
  until(said: RegExp): Promise<string>
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
  let said = ''
  const looks = new Set<() => void>()
  for (const pipe of [child.stdout, child.stderr])
    pipe.on('data', text => {
      said += String(text).replace(/\x1b\[\d*m/g, '')
      for (const look of [...looks]) look()
    })
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  return {
    child,
    state,
    said: () => said,
    exited,
    until: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(said)
          if (!match) return
          looks.delete(look)
          resolve(match[1] ?? match[0])
        }
        looks.add(look)
        look()
        void exited.then(() => reject(new Error(`the slave has ended: ${said}`)))
      }),
  }
}
