import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

export interface PipedProgram {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly exited: Promise<PipedExit>
  kill(): void
}

export interface PipedExit {
  /** -1 when a signal ended it. */
  readonly status: number
  /** Why it could not even be started. */
  readonly failure: 'absent' | string | null
  /** The last lines that it wrote to stderr, the newest last. */
  readonly lastLines: readonly string[]
}

const KEPT_CHARACTERS = 4096
const DRAIN_MS = 500

/** Runs a client of an engine on pipes; what it writes to stderr is shown and its end kept. */
export function startPiped(
  file: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; onText(text: string): void },
): PipedProgram {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(file, args, {
    env: options.env,
    // A Ctrl-C at the terminal of the master is for the master, which ends this in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_CHARACTERS)
    options.onText(text.replace(/\r?\n/g, '\r\n'))
  })
  // It may end before it has read all that it was given.
  child.stdin.on('error', () => {})
  const exited = new Promise<PipedExit>(resolve => {
    child.on('error', error => {
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      resolve({ status: -1, failure: absent ? 'absent' : error.message, lastLines: [] })
    })
    const end = (code: number | null) =>
      resolve({ status: code ?? -1, failure: null, lastLines: linesOf(said) })
    child.on('close', end)
    // Somebody whom it started may hold its pipes open for long.
    child.on('exit', code => setTimeout(end, DRAIN_MS, code).unref())
  })
  return { stdin: child.stdin, stdout: child.stdout, exited, kill: () => child.kill('SIGKILL') }
}

/** Runs such a client to its end, and gives what it wrote to stdout. */
export async function askPiped(
  file: string,
  args: readonly string[],
  options: Parameters<typeof startPiped>[2] & { readonly input?: string },
): Promise<PipedExit & { readonly output: string }> {
  const program = startPiped(file, args, options)
  let output = ''
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  program.stdin.end(options.input ?? '')
  return { ...(await program.exited), output }
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '')
}
