import { listProcesses, type ProcessInfo, readProcess, startOfProcess } from './process-list.ts'
import type { Mark } from './process-mark.ts'
import { grow, type KillOptions, type Known, killTree, taskkill } from './process-tree.ts'
import type { Memory } from './remembered.ts'
import { type WindowsJob, type WindowsJobs, windowsJobs } from './windows-jobs.ts'

/** Keeps an eye on the processes of one command. */
export interface TreeWatch {
  /** Nobody else can get the pid of the program itself any more, or keep it: it has ended. */
  programEnded(): void
  /** Who lives of them, as far as was seen. */
  readonly seen: Iterable<ProcessInfo>
  /** Who of the program's own group still lives; costs nothing where there is nobody. */
  left(): Promise<readonly ProcessInfo[]>
  /** Ends them. Returns what could not be ended, or not be told, in words. */
  kill(politeMs: number): Promise<string | undefined>
}

const FIRST_LOOK_MS = 150
const LONGEST_PAUSE_MS = 3000
// A list is a program of its own there.
const PS_FIRST_LOOK_MS = 1000
const PS_LONGEST_PAUSE_MS = 10_000

interface Watched {
  readonly pid: number
  readonly build: string
  readonly startedMs: number
  leader: ProcessInfo | undefined
  running: boolean
  /** Its group had members when the program ended, so that its number was not free for others. */
  groupStays: boolean
  readonly known: Map<number, Known>
  /** Its job on Windows, once it is in one. */
  job?: WindowsJob
  readonly onLost: ((reason: string) => void) | undefined
}

const watched = new Set<Watched>()
// When the first program of each build started; undefined where that is not known.
const firstStarts = new Map<string, string | undefined>()
let memory: Memory | undefined
let timer: NodeJS.Timeout | undefined
let pauseMs = 0
let nextAt = Number.POSITIVE_INFINITY

/**
 * Looks at a command's processes from time to time while it runs: a child that
 * was once seen below its parent stays known when it goes its own way, whatever
 * it does to its environment, group and session. All commands share one look.
 *
 * @param onLost Called when Windows ends them, since what held their job has ended.
 */
export function watchTree(
  pid: number,
  build: string,
  mark: Mark,
  onLost?: (reason: string) => void,
): TreeWatch {
  const leader = readProcess(pid)
  const startedMs = Date.now()
  const own: Watched = {
    pid,
    build,
    startedMs,
    leader,
    running: true,
    groupStays: false,
    known: new Map(),
    onLost,
  }
  if (leader) own.known.set(pid, leader)
  watched.add(own)
  remember()
  if (!firstStarts.has(build)) firstStarts.set(build, startOfProcess(pid))
  const jobs = windowsJobs()
  const joined = jobs && join(jobs, own)
  // A job knows its processes: there is nothing to remember.
  if (!jobs) {
    pauseMs = process.platform === 'linux' ? FIRST_LOOK_MS : PS_FIRST_LOOK_MS
    if (performance.now() + pauseMs < nextAt) plan()
  }

  return {
    get seen() {
      return own.known.values()
    },
    programEnded() {
      own.running = false
      own.groupStays = hasGroup(pid)
      if (own.known.size <= 1 && !own.groupStays && !joined) watched.delete(own)
      remember()
    },
    async left() {
      if (joined) return joined.then(() => leftInJob(own))
      if (process.platform === 'win32')
        return own.known.size > 1 && (await look()) ? living(own) : []
      if (!hasGroup(pid)) return []
      const all = await listProcesses()
      // With a leader again it is a stranger's: the number was free in between.
      return all.some(one => one.pid === pid) ? [] : all.filter(one => one.group === pid)
    },
    async kill(politeMs) {
      await joined
      // First of all: the list may take longer than anybody waits for a stop, or never come.
      if (process.platform === 'win32' && own.running && !own.job) await taskkill([pid])
      if (own.running && !own.leader) await look()
      const groups = () => (groupLives(own) ? [pid] : [])
      const jobs = own.job === undefined ? [] : [own.job]
      const options: KillOptions = { mark, politeMs, seen: own.known.values(), groups, jobs }
      return killTree(own.leader ? { ...options, leader: own.leader } : options)
    },
  }
}

let heard: WindowsJobs | undefined

// A program that has ended already can't be put anywhere, and what is no more needs no job.
async function join(jobs: WindowsJobs, own: Watched): Promise<void> {
  if (heard !== jobs) void jobs.lost.then(tellLost)
  heard = jobs
  const joined = await jobs.join(own.pid).catch(() => undefined)
  if (!joined) return
  own.job = joined.job
  for (const one of joined.strays) own.known.set(one.pid, one)
}

function tellLost(reason: string) {
  for (const one of watched) {
    if (one.running && one.job !== undefined) one.onLost?.(reason)
    delete one.job
  }
}

async function leftInJob(own: Watched): Promise<readonly ProcessInfo[]> {
  const members = (await own.job?.members()) ?? []
  const left = members.filter(({ pid }) => pid !== own.pid)
  if (left.length > 0 || own.known.size > 0) return left
  watched.delete(own)
  own.job?.drop()
  return []
}

function living(own: Watched): ProcessInfo[] {
  return [...own.known.values()].filter(one => one.pid !== own.pid && one.goneAt === undefined)
}

function hasGroup(leader: number): boolean {
  if (process.platform === 'win32') return false
  try {
    process.kill(-leader, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Who was seen to belong to a build's commands and lives on; to all commands, without a build. */
export function seenOf(build?: string): ProcessInfo[] {
  return [...watched].flatMap(one =>
    build === undefined || one.build === build ? [...one.known.values()] : [],
  )
}

/** The groups of a build's commands that still have members; of all commands, without a build. */
export function groupsOf(build?: string): number[] {
  return [...watched]
    .filter(one => (build === undefined || one.build === build) && groupLives(one))
    .map(({ pid }) => pid)
}

function groupLives(one: Watched): boolean {
  return (one.running || one.groupStays) && hasGroup(one.pid)
}

/** The jobs of a build's commands, on Windows; of all commands, without a build. */
export function jobsOf(build?: string): WindowsJob[] {
  return [...watched].flatMap(one =>
    (build === undefined || one.build === build) && one.job !== undefined ? [one.job] : [],
  )
}

/** Whether a program was started for a build, and since when one of its processes can be there. */
export function firstStartOf(build: string): { readonly startedAt?: string } | undefined {
  if (!firstStarts.has(build)) return undefined
  const startedAt = firstStarts.get(build)
  return startedAt === undefined ? {} : { startedAt }
}

/** The commands of a build are over: nothing of it needs to be remembered. */
export function forgetBuild(build: string): void {
  firstStarts.delete(build)
  for (const one of watched) {
    if (one.build !== build || one.running) continue
    watched.delete(one)
    one.job?.drop()
  }
  remember()
}

/** From now on a successor of this slave can find out from `into` whom to end. */
export function rememberProcesses(into: Memory): void {
  memory = into
  remember()
}

function remember() {
  memory?.write(
    [...watched].flatMap(({ pid, running, startedMs, known }) => [
      // Before the first look nobody knows more of it.
      ...(running && !known.has(pid) ? [{ pid, startedMs }] : []),
      ...[...known.values()].map(one => ({ pid: one.pid, startedAt: one.startedAt })),
    ]),
  )
}

function plan() {
  clearTimeout(timer)
  nextAt = performance.now() + pauseMs
  timer = setTimeout(() => void lookAgain(), pauseMs)
  timer.unref()
}

async function lookAgain() {
  nextAt = Number.POSITIVE_INFINITY
  await look()
  const longest = process.platform === 'linux' ? LONGEST_PAUSE_MS : PS_LONGEST_PAUSE_MS
  pauseMs = Math.min(longest, pauseMs * 2)
  if (watched.size > 0 && performance.now() + pauseMs < nextAt) plan()
}

/** Returns whether anything was seen. */
async function look(): Promise<boolean> {
  const all = await listProcesses().catch(() => undefined)
  // What was not seen is not forgotten.
  if (!all) return false
  for (const one of watched) {
    if (!one.leader && one.running) {
      one.leader = all.find(({ pid }) => pid === one.pid)
      if (one.leader) one.known.set(one.pid, one.leader)
    }
    const members = grow(all, one.known, () => false)
    const isOver = !one.running && members.length === 0 && !groupLives(one)
    if (isOver && one.job === undefined) watched.delete(one)
  }
  remember()
  return true
}
