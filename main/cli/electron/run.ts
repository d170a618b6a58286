import { spawn } from 'node:child_process'
import { announcedHolder, findHolder } from '../../host/lock.ts'
import { connectClient } from '../../http/client.ts'
import { onStopSignals, type StopSignal } from '../signals.ts'
import { tell } from '../terminal.ts'

export interface ElectronStart {
  readonly file: string
  readonly args: readonly string[]
  readonly dataDir: string
}

export interface ElectronEnd {
  readonly code: number
  readonly signal: string | null
  /** Why it could not be started at all. */
  readonly error: string | null
  /** Whether it was the master of the data directory. */
  readonly opened: boolean
  /** Whether it was asked to stop. */
  readonly asked: boolean
  readonly livedMs: number
}

/**
 * The signal that Electron is given for one that we got. Electron quits in order at its first signal and
 * puts the default action of that signal back, so that the same one again kills it; another one is
 * ignored (GracefulShutdownHandler in electron_browser_main_parts_posix.cc). systemd signals Electron,
 * too, and what we send must not be the second of its kind.
 */
const PASSED: Readonly<Record<StopSignal, NodeJS.Signals>> = {
  SIGINT: 'SIGTERM',
  SIGTERM: 'SIGINT',
  SIGHUP: 'SIGINT',
}
const LOOK_MS = 200
/** Who sees an app for so long was not kept out of it. */
const EARLY_MS = 30_000
const NOT_FOUND = 127
const SIGNAL_BASE = 128

/** Runs Electron to its end. It is asked to stop once, whatever comes from where. */
export function runElectron({ file, args, dataDir }: ElectronStart): Promise<ElectronEnd> {
  const onWindows = process.platform === 'win32'
  const { ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env
  return new Promise(resolve => {
    const child = spawn(file, args, {
      stdio: 'inherit',
      // In a group of its own it hears nothing of what the terminal sends to ours.
      detached: !onWindows,
      // A console that it shares with us would end it at Ctrl+C.
      env: onWindows ? { ...env, ELECTRON_NO_ATTACH_CONSOLE: '1' } : env,
    })
    const startedAt = performance.now()
    let asked = false
    let opened = false
    const look = () => {
      opened ||= announcedHolder(dataDir)?.pid === child.pid
      if (opened) clearInterval(looking)
    }
    const looking = setInterval(look, LOOK_MS)
    const unlisten = onStopSignals({
      stop(signal) {
        asked = true
        if (signal === 'SIGINT') tell('triphammer: stopping; Ctrl+C again ends it at once')
        if (onWindows) void askToQuit(dataDir)
        else child.kill(PASSED[signal])
      },
      again(signal) {
        if (signal === 'SIGINT') child.kill('SIGKILL')
      },
    })
    const end = (code: number, signal: string | null, error: string | null) => {
      look()
      clearInterval(looking)
      unlisten()
      resolve({ code, signal, error, opened, asked, livedMs: performance.now() - startedAt })
    }
    child.on('error', ({ message }) => end(1, null, message))
    child.on('exit', (code, signal) => end(code ?? 1, signal, null))
  })
}

/** Why Electron never got as far as a window; `null` when it did, or left in order. */
export function problemOf(end: ElectronEnd): string | null {
  const { code, signal, error, opened, asked, livedMs } = end
  if (error !== null) return `Electron can't be started (${error})`
  if (opened || asked || livedMs > EARLY_MS || (code === 0 && signal === null)) return null
  if (code === NOT_FOUND)
    return 'Electron lacks a library of this system, which the line above names (Debian and Ubuntu: apt-get install libgtk-3-0 libnss3 libasound2 libgbm1)'
  return `Electron ended before it opened anything (${howEnded(end)})`
}

/** Whether it may have been the sandbox: a program that aborts ends by a signal, and a shell around it with a number for it. */
export function aborted({ code, signal }: ElectronEnd): boolean {
  return signal !== null || code > SIGNAL_BASE
}

/** `SIGTRAP`, `exit code 1`. */
export function howEnded({ code, signal }: ElectronEnd): string {
  return signal ?? `exit code ${code}`
}

// Windows has no signal that a program could answer.
async function askToQuit(dataDir: string) {
  const holder = findHolder(dataDir)
  await (holder && connectClient(holder.socket).request('desktop:quit'))?.catch((error: Error) =>
    tell(`triphammer: the app can't be asked to quit (${error.message})`),
  )
}
