import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { basename } from 'node:path'

type Env = Readonly<Record<string, string | undefined>>

/** The environment that builds start from, and how it was come by. */
export interface BuildEnvironment {
  readonly values: Readonly<Record<string, string>>
  /** `process`: that of the app itself; `shell`: what the person's shell sets up; `pinned`: kept from before. */
  readonly from: 'process' | 'shell' | 'pinned'
  /** The shell that was asked. */
  readonly shell: string | null
  /** Why the shell could not be asked; the app's own environment is taken then. */
  readonly problem: string | null
  readonly readAt: number
}

export interface ShellOptions {
  readonly env: Env
  /** A program that runs JavaScript as Node does, and what it wants in its environment for that. */
  readonly node: { readonly file: string; readonly env: Readonly<Record<string, string>> }
  readonly now: number
  readonly timeoutMs?: number
}

/** A dot file that waits for something must not hold up the start for longer. */
const TIMEOUT_MS = 5000
const LARGEST_BYTES = 4 * 1024 * 1024
/** What the asking itself puts there. */
const OURS = ['TRIPHAMMER_SHELL_MARK', 'ELECTRON_RUN_AS_NODE', 'SHLVL', 'PWD', 'OLDPWD', '_']

/**
 * Whether the app was started by a launcher, and so has the environment of the
 * desktop session: without what `.zshrc` and its like add for a terminal.
 */
export function isFromLauncher(env: Env, platform: NodeJS.Platform, isTerminal: boolean): boolean {
  if (platform === 'win32' || isTerminal) return false
  return !(Number(env.SHLVL) > 0) && env.TERM_PROGRAM === undefined
}

/** The environment that this process has itself. */
export function environmentOfProcess(env: Env, now: number): BuildEnvironment {
  const values = Object.fromEntries(
    Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined),
  )
  return { values, from: 'process', shell: null, problem: null, readAt: now }
}

/**
 * Asks the person's own shell, as a terminal would start it, for its environment.
 * Dot files may print what they like: the answer stands between marks. Never
 * rejects: without an answer in time it is the environment of the app.
 */
export async function readShellEnvironment(options: ShellOptions): Promise<BuildEnvironment> {
  const { env, now } = options
  let shell = env.SHELL || '/bin/sh'
  try {
    // A user without an entry in passwd has none.
    if (!env.SHELL) shell = userInfo().shell || shell
    const values = await ask(shell, options)
    return { values, from: 'shell', shell, problem: null, readAt: now }
  } catch (error) {
    const problem = `${basename(shell)} ${(error as Error).message}`
    return { ...environmentOfProcess(env, now), shell, problem }
  }
}

function ask(shell: string, options: ShellOptions): Promise<Record<string, string>> {
  const { env, node, timeoutMs = TIMEOUT_MS } = options
  const mark = randomBytes(12).toString('hex')
  const script =
    'const m=process.env.TRIPHAMMER_SHELL_MARK;process.stdout.write(m+JSON.stringify(process.env)+m)'
  const words = `'${node.file.replaceAll("'", `'\\''`)}' -e '${script}'`
  return new Promise((resolve, reject) => {
    const child = spawn(shell, argumentsOf(shell, words), {
      env: { ...env, ...node.env, TRIPHAMMER_SHELL_MARK: mark },
      stdio: ['ignore', 'pipe', 'ignore'],
      // A group of its own, and no terminal that it could wait at.
      detached: true,
    })
    let output = ''
    const end = (settle: () => void) => {
      clearTimeout(timer)
      try {
        if (child.pid) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
      settle()
    }
    const timer = setTimeout(
      () => end(() => reject(new Error(`did not answer within ${timeoutMs / 1000} s`))),
      timeoutMs,
    )
    child.on('error', error =>
      end(() => reject(new Error(`could not be started: ${error.message}`))),
    )
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part
      const values = between(output, mark)
      if (values) end(() => resolve(clean(values, env)))
      else if (output.length > LARGEST_BYTES) end(() => reject(new Error('said too much')))
    })
    child.on('close', code => end(() => reject(new Error(`ended with ${code} and no answer`))))
  })
}

function argumentsOf(shell: string, words: string): string[] {
  // tcsh takes -l alone only.
  if (/^t?csh$/.test(basename(shell))) return ['-ic', words]
  return ['-i', '-l', '-c', words]
}

function between(output: string, mark: string): Record<string, string> | undefined {
  const from = output.indexOf(mark)
  const to = output.indexOf(mark, from + 1)
  if (from < 0 || to < 0) return undefined
  // The mark is in the environment that is told, too.
  const last = output.lastIndexOf(mark)
  try {
    return JSON.parse(output.slice(from + mark.length, last))
  } catch {
    return undefined
  }
}

function clean(values: Record<string, string>, before: Env): Record<string, string> {
  const rest = Object.entries(values).filter(([name]) => !OURS.includes(name))
  const kept = OURS.slice(2).flatMap(name =>
    before[name] === undefined ? [] : [[name, before[name]] as const],
  )
  return Object.fromEntries([...rest, ...kept])
}
