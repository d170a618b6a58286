import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describeProcess, isSame, listProcesses, type ProcessInfo } from './process-list.ts'
import { carries, type Mark } from './process-mark.ts'
import type { WindowsJob } from './windows-jobs.ts'
import { fileTimeNow } from './windows-processes.ts'

export interface TreeOptions {
  /** What they carry. */
  readonly mark: Mark
  /** Leader of the group and session of what was started, where there is one. */
  readonly leader?: ProcessInfo
  /** Who was seen to belong while it ran: see process-watch.ts. */
  readonly seen?: Iterable<ProcessInfo>
  /** Groups of what was started that still have members; ended as they are where the system's list can't be read. */
  readonly groups?: () => readonly number[]
  /** Whoever is older can't carry the mark, and need not be asked. */
  readonly since?: Pick<ProcessInfo, 'startedAt'>
  /** Their jobs, on Windows: see windows-jobs.ts. */
  readonly jobs?: readonly WindowsJob[]
}

export interface KillOptions extends TreeOptions {
  /** How long processes may take to end after SIGTERM; 0 goes to SIGKILL at once. */
  readonly politeMs: number
}

const HARD_MS = 5000
const LOOK_MS = 40
// A tree that forks is stopped faster than it grows; one that is not is killed as it stands.
const MOST_PASSES = 50
// Looks in a row that may fail once there is nobody to signal either.
const MOST_FAILURES = 2

/**
 * Ends a process tree whole, children that left the group or ignore SIGTERM
 * included. Returns what a person has to know when that did not work: who could
 * not be ended, or that nobody could look.
 *
 * The hard way stops everybody first and looks again until nobody new is there,
 * so that nothing forks away under the blows. A pid is signalled only while its
 * start time is the one that was seen: what remains is the moment between that
 * look and the signal, since Node has no pidfd.
 */
export async function killTree(options: KillOptions): Promise<string | undefined> {
  const known = knownAtFirst(options)
  // Windows has no polite signal.
  const politeMs = process.platform === 'win32' ? 0 : options.politeMs
  const hardAt = performance.now() + politeMs
  const asked = new Set<string>()
  // Counted from the first blow: a slow list must not mean that nothing is tried.
  let giveUpAt = Number.POSITIVE_INFINITY
  let failures = 0
  for (;;) {
    const hard = performance.now() >= hardAt
    try {
      const members = await membersOf(options, known)
      failures = 0
      if (members.length === 0) return undefined
      if (performance.now() > giveUpAt)
        return `could not be ended: ${members.map(describeProcess).join(', ')}`
      if (hard) await killAll(await stopAll(members, options, known), options.jobs)
      else for (const one of members) if (isNew(asked, one)) signal(one, 'SIGTERM')
    } catch (error) {
      const groups = options.groups?.() ?? []
      const hopeless = groups.length === 0 && ++failures >= MOST_FAILURES
      if (hopeless || performance.now() > giveUpAt)
        return whatIsNotKnown(groups, (error as Error).message)
      for (const group of groups) signalGroup(group, hard ? 'SIGKILL' : 'SIGTERM', asked)
    }
    if (hard) giveUpAt = Math.min(giveUpAt, performance.now() + HARD_MS)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}

function whatIsNotKnown(groups: readonly number[], reason: string): string {
  const left =
    groups.length > 0 ? `process group ${groups.join(', ')} could not be ended, and ` : ''
  return `${left}whether other processes are left is not known: ${reason}`
}

/** Whether a look can find anybody: Windows shows nobody what a process carries. */
export function canBeFound({ seen, jobs }: Required<Pick<TreeOptions, 'seen' | 'jobs'>>): boolean {
  return process.platform !== 'win32' || jobs.length > 0 || [...seen].length > 0
}

/** The living processes of a tree. */
export function findTree(options: TreeOptions): Promise<ProcessInfo[]> {
  return membersOf(options, knownAtFirst(options))
}

/**
 * Who of `all` belongs: whoever carries the mark, is known already, shares the
 * group or session of a living leader, or descends from one of these. Adds them
 * to `known`, and forgets there who has ended. On Windows they are kept: a child still
 * has the number of a parent that has ended, and nothing else leads to it.
 */
export function grow(
  all: readonly ProcessInfo[],
  known: Map<number, Known>,
  belongs: (one: ProcessInfo) => boolean,
): ProcessInfo[] {
  const members = new Map<number, ProcessInfo>()
  const groups = new Set<number>()
  const take = (one: ProcessInfo) => {
    members.set(one.pid, one)
    // A number can't be reused while it is that of a group or session that has members.
    if (one.group > 1) groups.add(one.group)
    if (one.session > 1) groups.add(one.session)
  }
  for (const one of all) if (known.get(one.pid)?.startedAt === one.startedAt) take(one)
  const ended = endedOf(all, known)
  const mine = new Set(all.filter(one => one.pid === process.pid).flatMap(groupsOf))
  for (const one of all)
    if (one.pid !== process.pid && !members.has(one.pid) && belongs(one)) take(one)
  for (let grew = true; grew; ) {
    grew = false
    for (const one of all) {
      if (members.has(one.pid) || one.pid === process.pid) continue
      const related =
        isChild(one, members.get(one.parent) ?? ended.get(one.parent)) ||
        groupsOf(one).some(group => groups.has(group) && !mine.has(group))
      if (!related) continue
      take(one)
      grew = true
    }
  }
  known.clear()
  for (const one of [...ended.values(), ...members.values()]) known.set(one.pid, one)
  return [...members.values()]
}

/** Who was seen to belong. On Windows, `goneAt` is when it was first missed. */
export type Known = ProcessInfo & { readonly goneAt?: bigint }

function endedOf(
  all: readonly ProcessInfo[],
  known: ReadonlyMap<number, Known>,
): Map<number, Known> {
  const ended = new Map<number, Known>()
  if (process.platform !== 'win32') return ended
  const living = new Map(all.map(one => [one.pid, one.startedAt]))
  for (const one of known.values())
    if (living.get(one.pid) !== one.startedAt)
      ended.set(one.pid, { ...one, goneAt: one.goneAt ?? fileTimeNow() })
  return ended
}

function groupsOf(one: ProcessInfo): number[] {
  return [one.group, one.session].filter(group => group > 1)
}

// On Windows a parent's number outlives the parent, and may have been given away since.
function isChild(one: ProcessInfo, parent: Known | undefined): boolean {
  if (!parent) return false
  if (process.platform !== 'win32') return true
  const startedAt = BigInt(one.startedAt)
  if (parent.goneAt !== undefined && startedAt > parent.goneAt) return false
  return startedAt >= BigInt(parent.startedAt)
}

function knownAtFirst({ leader, seen = [] }: TreeOptions): Map<number, Known> {
  const known = new Map<number, Known>()
  for (const one of leader ? [leader, ...seen] : seen) known.set(one.pid, one)
  return known
}

async function membersOf(options: TreeOptions, known: Map<number, Known>) {
  const { mark, leader, since = leader, jobs = [] } = options
  const isOld = (one: ProcessInfo) => since && Number(one.startedAt) < Number(since.startedAt)
  for (const one of await membersOfJobs(jobs)) known.set(one.pid, one)
  const all = await listProcesses()
  const groups = new Set(options.groups?.())
  // With a leader that we do not know it is a stranger's: the number was free in between.
  for (const { pid, startedAt } of all)
    if (groups.has(pid) && known.get(pid)?.startedAt !== startedAt) groups.delete(pid)
  return grow(all, known, one => !isOld(one) && (groups.has(one.group) || carries(one, mark)))
}

async function stopAll(
  members: ProcessInfo[],
  options: TreeOptions,
  known: Map<number, Known>,
): Promise<ProcessInfo[]> {
  if (process.platform === 'win32') return members
  const stopped = new Set<string>()
  let all = members
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const fresh = all.filter(one => isNew(stopped, one))
    if (fresh.length === 0) break
    for (const one of fresh) signal(one, 'SIGSTOP')
    all = await membersOf(options, known)
  }
  return all
}

async function killAll(
  members: readonly ProcessInfo[],
  jobs: readonly WindowsJob[] = [],
): Promise<void> {
  if (process.platform === 'win32') {
    const inJobs = new Set((await membersOfJobs(jobs)).map(({ pid }) => pid))
    await Promise.all(jobs.map(job => job.end()))
    // Killing a tree fails now and then at the first try; who lives on is found at the next look.
    const others = members.map(({ pid }) => pid).filter(pid => !inJobs.has(pid))
    return taskkill(others)
  }
  for (const one of members) signal(one, 'SIGKILL')
}

async function membersOfJobs(jobs: readonly WindowsJob[]): Promise<readonly ProcessInfo[]> {
  return (await Promise.all(jobs.map(job => job.members()))).flat()
}

/** Ends processes of Windows and what descends from them, without a look at who that is. */
export async function taskkill(pids: readonly number[]): Promise<void> {
  if (pids.length === 0) return
  const of = pids.flatMap(pid => ['/PID', String(pid)])
  const options = { windowsHide: true, timeout: HARD_MS }
  await promisify(execFile)('taskkill', ['/F', '/T', ...of], options).catch(() => {})
}

function isNew(done: Set<string>, one: ProcessInfo): boolean {
  const key = `${one.pid} ${one.startedAt}`
  if (done.has(key)) return false
  done.add(key)
  return true
}

function signalGroup(group: number, name: 'SIGTERM' | 'SIGKILL', asked: Set<string>) {
  const key = `group ${group}`
  if (name === 'SIGTERM' && asked.has(key)) return
  asked.add(key)
  try {
    process.kill(-group, name)
  } catch {
    // It ended in the meantime.
  }
}

function signal(one: ProcessInfo, name: NodeJS.Signals) {
  if (!isSame(one)) return
  try {
    process.kill(one.pid, name)
  } catch {
    // It ended in the meantime, or belongs to another user: it is named in the end.
  }
}
