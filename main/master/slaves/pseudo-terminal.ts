import { spawn } from 'node:child_process'

export interface Program {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface Terminal {
  readonly pid: number
  readonly exited: Promise<string>
  kill(signal: NodeJS.Signals): void
}

/**
 * Runs a program in a pseudo-terminal, so that what it tells a person can be
 * seen. Where no pty can be had it runs on pipes, and its first line says so:
 * builds must go on.
 *
 * On Windows it always runs on pipes. The app's own program has no console there that a
 * pseudo-terminal could be (`electron_main_win.cc` attaches to that of its parent, and a
 * program of windows has none), and a child on pipes ends with its master at once.
 */
export async function startInTerminal(
  program: Program,
  onText: (text: string) => void,
): Promise<Terminal> {
  if (process.platform === 'win32') return startOnPipes(program, onText)
  try {
    const pty = await import('node-pty')
    const child = pty.spawn(program.file, [...program.args], {
      name: 'xterm-256color',
      cols: 132,
      rows: 24,
      cwd: program.cwd,
      env: { ...program.env },
    })
    child.onData(onText)
    const exited = new Promise<string>(resolve =>
      child.onExit(({ exitCode, signal }) => resolve(describeExit(exitCode, signal || null))),
    )
    return { pid: child.pid, exited, kill: signal => killGroup(child.pid, signal) }
  } catch (error) {
    onText(`no pseudo-terminal (${(error as Error).message}); running on pipes instead\r\n`)
    return startOnPipes(program, onText)
  }
}

function startOnPipes(program: Program, onText: (text: string) => void): Terminal {
  const child = spawn(program.file, program.args, {
    cwd: program.cwd,
    env: program.env,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  // It is shown as a terminal's.
  for (const pipe of [child.stdout, child.stderr])
    pipe.setEncoding('utf8').on('data', (text: string) => onText(text.replaceAll(/\r?\n/g, '\r\n')))
  const exited = new Promise<string>(resolve => {
    child.on('error', error => resolve(`it could not be started: ${error.message}`))
    child.on('exit', (code, signal) => resolve(describeExit(code ?? 0, signal)))
  })
  return { pid: child.pid ?? 0, exited, kill: signal => killGroup(child.pid ?? 0, signal) }
}

function describeExit(code: number, signal: string | number | null): string {
  return signal === null ? `it ended with exit status ${code}` : `it was ended by signal ${signal}`
}

/** Signals a process and its group. */
export function killGroup(pid: number, signal: NodeJS.Signals) {
  // Group 0 would be our own.
  if (pid <= 0) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // It has ended.
  }
}
