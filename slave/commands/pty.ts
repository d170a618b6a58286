import type { Socket } from 'node:net'
import type { IPty } from 'node-pty'
import { loadPty } from '../load-pty.ts'
import { quoteArgument } from './windows-words.ts'

export interface PtyProgram {
  readonly file: string
  readonly args: readonly string[]
  /** The arguments are parts of a command line as Windows is to have it. */
  readonly verbatim?: boolean
}

export interface PtyOptions {
  readonly cols: number
  readonly rows: number
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** A pseudo-terminal and the program in it. */
export interface Pty {
  readonly pid: number
  onOutput(take: (bytes: Uint8Array) => void): void
  /** Told after the last output. */
  onExit(take: (exit: { readonly code: number; readonly signal: number }) => void): void
  write(data: Uint8Array | string): void
  resize(cols: number, rows: number): void
  pause(): void
  resume(): void
  /** Takes the terminal away from its programs. */
  hangUp(): void
  /** What waits to be read by the program, where node-pty has it. */
  readonly socket: Socket | undefined
}

/**
 * Starts a program in a pseudo-terminal. Whatever node-pty does otherwise on Windows is made the same here:
 * it gives strings there, quotes arguments in a way of its own, and throws from its timers and sockets.
 */
export async function startPty(program: PtyProgram, options: PtyOptions): Promise<Pty> {
  const { spawn } = await loadPty()
  const { file, args } = program
  const windows = process.platform === 'win32'
  const line = () => (program.verbatim ? args : args.map(quoteArgument)).join(' ')
  const pty: IPty = spawn(file, windows ? line() : [...args], {
    ...options,
    env: { ...options.env },
    name: 'xterm-256color',
    // Windows takes no encoding: it has UTF-8 in any case.
    ...(!windows && { encoding: null }),
  })
  let hasSpoken = false
  let hasEnded = false
  let wanted: (() => void) | undefined
  // With fewer than two listeners it throws what its socket reports, in nobody's call.
  if (windows) for (const _ of [1, 2]) (pty as unknown as Socket).on('error', () => {})

  return {
    pid: pty.pid,
    onOutput(take) {
      // Typed as text, but bytes outside of Windows.
      pty.onData((data: unknown) => {
        hasSpoken = true
        wanted?.()
        wanted = undefined
        take(typeof data === 'string' ? Buffer.from(data) : (data as Buffer))
      })
    },
    onExit(take) {
      pty.onExit(({ exitCode, signal }) => {
        hasEnded = true
        take({ code: exitCode, signal: signal ?? 0 })
      })
    },
    write: data => pty.write(data as string),
    resize(cols, rows) {
      const resize = () => unlessEnded(() => pty.resize(cols, rows))
      // Before the first output node-pty would do it later by itself on Windows, and throw from there.
      if (windows && !hasSpoken) wanted = resize
      else resize()
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    hangUp: () => unlessEnded(() => pty.kill()),
    socket: (pty as unknown as { readonly _socket?: Socket })._socket,
  }

  // A program may have ended before that is told: on Windows a second before.
  function unlessEnded(work: () => void) {
    if (hasEnded) return
    try {
      work()
    } catch (error) {
      if (!windows) throw error
    }
  }
}
