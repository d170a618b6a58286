import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/**
 * Every process that a step starts inherits this variable, however it detaches
 * itself: a child that double-forks into a session of its own still carries it.
 */
export const STEP_ID_VARIABLE = 'TRIPHAMMER_STEP_ID'

export interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Changes when a pid is reused. */
  readonly startedAt: string
  readonly name: string
}

export interface KillOptions {
  /** Process group and session leader of what was started, where there is one. */
  readonly leader?: number
  /** A variable that they carry: `NAME=value`, or the beginning of that. */
  readonly marker: string
  /** How long processes may take to end after SIGTERM; 0 goes to SIGKILL at once. */
  readonly politeMs: number
}

const HARD_MS = 5000
const LOOK_MS = 40

/**
 * Ends a process tree whole, children that left the group or ignore SIGTERM
 * included, and returns the names of what could not be ended.
 *
 * Linux: group, session, descendants and the marker in each environment. macOS:
 * the same by `ps`, which shows the environments of one's own processes.
 * Windows: `taskkill /T`, which follows parents only.
 */
export async function killTree(options: KillOptions): Promise<string[]> {
  if (process.platform === 'win32') return killWindowsTree(options)
  // Whoever was once seen to belong stays in view, also after its parent has gone.
  const known = new Map<number, ProcessInfo>()
  const hardAt = performance.now() + options.politeMs
  const asked = new Set<number>()
  for (;;) {
    const members = await membersOf(options, known)
    if (members.length === 0) return []
    const hard = performance.now() >= hardAt
    if (performance.now() > hardAt + HARD_MS) return members.map(m => `${m.name} (pid ${m.pid})`)
    for (const { pid } of members) {
      if (hard) signal(pid, 'SIGKILL')
      else if (!asked.has(pid)) signal(pid, 'SIGTERM')
      asked.add(pid)
    }
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}

/** The living processes that carry a variable; see `marker` of the options. */
export async function findMarked(marker: string): Promise<ProcessInfo[]> {
  const found = await listProcesses()
  return found.filter(one => one.pid !== process.pid && carries(one, marker))
}

async function membersOf(options: KillOptions, known: Map<number, ProcessInfo>) {
  const all = (await listProcesses()).filter(one => one.pid !== process.pid)
  const members = new Map<number, ProcessInfo>()
  for (const one of all) {
    const before = known.get(one.pid)
    const same = before?.startedAt === one.startedAt
    const led =
      options.leader !== undefined &&
      (one.group === options.leader || one.session === options.leader)
    // A leader's number may have been given to a stranger: the marker decides then.
    if (
      same ||
      (led && !known.has(options.leader!)) ||
      one.pid === options.leader ||
      carries(one, options.marker)
    )
      members.set(one.pid, one)
  }
  for (let grew = true; grew; ) {
    grew = false
    for (const one of all)
      if (!members.has(one.pid) && members.has(one.parent)) {
        members.set(one.pid, one)
        grew = true
      }
  }
  for (const one of members.values()) known.set(one.pid, one)
  return [...members.values()]
}

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch {
    // It ended in the meantime.
  }
}

type Listed = ProcessInfo & { readonly environment?: string }

async function listProcesses(): Promise<Listed[]> {
  return process.platform === 'linux' ? listLinux() : listByPs()
}

function carries(one: Listed, marker: string): boolean {
  if (one.environment !== undefined) return one.environment.includes(` ${marker}`)
  try {
    const environment = readFileSync(`/proc/${one.pid}/environ`, 'latin1')
    return environment.startsWith(marker) || environment.includes(`\0${marker}`)
  } catch {
    return false
  }
}

function listLinux(): ProcessInfo[] {
  const found: ProcessInfo[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!(pid > 0)) continue
    let stat: string
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    } catch {
      continue
    }
    // The name stands in parentheses and may hold spaces and parentheses itself.
    const nameEnd = stat.lastIndexOf(')')
    const [state, parent, group, session, ...rest] = stat.slice(nameEnd + 2).split(' ')
    if (state === 'Z' || state === 'X') continue
    found.push({
      pid,
      parent: Number(parent),
      group: Number(group),
      session: Number(session),
      startedAt: rest[15] ?? '',
      name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    })
  }
  return found
}

async function listByPs(): Promise<Listed[]> {
  const { stdout } = await promisify(execFile)(
    'ps',
    ['-axEww', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,command='],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  return stdout.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.{24})\s+(\S+)(.*)$/.exec(line)
    if (!match || match[4]!.startsWith('Z')) return []
    const [, pid, parent, group, , startedAt, name, rest] = match as unknown as string[]
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: -1,
        startedAt: startedAt!,
        name: name!,
        environment: rest!,
      },
    ]
  })
}

async function killWindowsTree({ leader }: KillOptions): Promise<string[]> {
  if (leader === undefined) return []
  try {
    await promisify(execFile)('taskkill', ['/PID', String(leader), '/T', '/F'])
    return []
  } catch (error) {
    // 128: there is no such process any more.
    return (error as { code?: number }).code === 128 ? [] : [`pid ${leader}`]
  }
}
