import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { ProcessInfo } from './process-list.ts'
import { WINDOWS_JOBS_SOURCE } from './windows-jobs-source.ts'
import { parseWindowsProcesses } from './windows-processes.ts'

/**
 * Job objects of Windows: what a process of a job starts is in the job, whatever becomes of its parents.
 * Node can't make them. PowerShell, which is part of Windows, runs a small program that does, for as long
 * as this process lives; it lists processes too, in milliseconds.
 */
export interface WindowsJobs {
  /**
   * Puts a process and what it has started into a job of their own. `strays` could not be put there.
   * Rejects when the process itself could not, as when it has ended.
   */
  join(pid: number): Promise<{ readonly job: WindowsJob; readonly strays: readonly ProcessInfo[] }>
  list(): Promise<readonly ProcessInfo[]>
  /** Resolves with the reason when it has ended by itself, and all jobs with it. */
  readonly lost: Promise<string>
  close(): void
}

export interface WindowsJob {
  /** Who lives in it; nobody where it is gone. */
  members(): Promise<readonly ProcessInfo[]>
  /** Ends whoever lives in it. */
  end(): Promise<void>
  /** Forgets it, which ends who is left. */
  drop(): void
}

/** Names the source in the environment of PowerShell: a command line has less room, and quotes of its own. */
export const SOURCE_VARIABLE = 'TRIPHAMMER_JOBS_SOURCE'

const SCRIPT = `$ProgressPreference = 'SilentlyContinue'; $ErrorActionPreference = 'Stop'; Add-Type -TypeDefinition $env:${SOURCE_VARIABLE}; [TriphammerJobs]::Serve()`
// Without "-InputFormat None" PowerShell reads what is meant for the program.
const ARGUMENTS = `-NoLogo -NoProfile -NonInteractive -InputFormat None -Command`.split(' ')
// A first PowerShell after the start of Windows takes seconds, on a busy machine many.
const LONGEST_START_MS = 10_000
const LONGEST_ANSWER_MS = 10_000

const NOTHING = () => {}

let open: WindowsJobs | undefined

/** Those of this process, while there are any. */
export function windowsJobs(): WindowsJobs | undefined {
  return open
}

/** Starts what holds the jobs. Returns why there are none, in words, where that fails. */
export async function openWindowsJobs(startMs = LONGEST_START_MS): Promise<string | undefined> {
  const started = start(startMs)
  try {
    const jobs = await started
    open = jobs
    void jobs.lost.then(() => {
      if (open === jobs) open = undefined
    })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Ends it. */
export function closeWindowsJobs(): void {
  open?.close()
  open = undefined
}

function start(startMs: number): Promise<WindowsJobs> {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    'powershell.exe',
    [...ARGUMENTS, SCRIPT],
    {
      env: { ...process.env, [SOURCE_VARIABLE]: WINDOWS_JOBS_SOURCE },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    },
  )
  const ready = Promise.withResolvers<WindowsJobs>()
  const lost = Promise.withResolvers<string>()
  const waiting = new Map<number, PromiseWithResolvers<readonly ProcessInfo[]>>()
  let number = 0
  let jobCount = 0
  let closed = false
  let complaint = ''
  const late = setTimeout(
    () => over(`PowerShell did not answer within ${startMs / 1000} s`),
    startMs,
  )
  child.on('error', error => over(`PowerShell could not be started: ${error.message}`))
  child.on('close', code =>
    over(complaint.trim().split(/\r?\n/)[0] || `PowerShell ended with ${code}`),
  )
  // One that has ended reads nothing more.
  child.stdin.on('error', () => {})
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 10_000) complaint += text
  })
  createInterface(child.stdout).on('line', line => {
    if (line === 'ready') {
      clearTimeout(late)
      // The slave ends when its work does, whatever its helpers do.
      child.unref()
      for (const pipe of [child.stdin, child.stdout, child.stderr])
        (pipe as unknown as { unref?(): void }).unref?.()
      return ready.resolve(jobs)
    }
    const [, id, how, items = ''] = /^(\d+) (ok|error) ?(.*)$/.exec(line) ?? []
    const one = waiting.get(Number(id))
    if (!one) return
    waiting.delete(Number(id))
    if (how === 'ok') one.resolve(parseWindowsProcesses(items))
    else one.reject(new Error(items))
  })
  const jobs: WindowsJobs = {
    async join(pid) {
      const name = `j${++jobCount}`
      const job: WindowsJob = {
        members: () => ask('members', name).catch(() => []),
        end: () => ask('end', name).then(NOTHING, NOTHING),
        drop: () => void ask('drop', name).catch(NOTHING),
      }
      try {
        return { job, strays: await ask('join', name, pid) }
      } catch (error) {
        job.drop()
        throw error
      }
    },
    list: () => ask('list'),
    lost: lost.promise,
    close() {
      closed = true
      child.stdin.end()
    },
  }
  return ready.promise

  function ask(...words: readonly (string | number)[]): Promise<readonly ProcessInfo[]> {
    if (closed) return Promise.reject(new Error('what holds the jobs has ended'))
    const id = ++number
    const answer = Promise.withResolvers<readonly ProcessInfo[]>()
    waiting.set(id, answer)
    child.stdin.write(`${id} ${words.join(' ')}\n`)
    const slow = setTimeout(
      () => over(`PowerShell did not answer within ${LONGEST_ANSWER_MS / 1000} s`),
      LONGEST_ANSWER_MS,
    )
    return answer.promise.finally(() => clearTimeout(slow))
  }

  function over(reason: string) {
    clearTimeout(late)
    ready.reject(new Error(reason))
    if (!closed) lost.resolve(reason)
    closed = true
    for (const one of waiting.values()) one.reject(new Error(reason))
    waiting.clear()
    child.kill()
  }
}
