import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { promisify } from 'node:util'

/** A process that lives. */
export interface ProcessInfo {
  readonly pid: number
  readonly parent: number
  /** -1 where the system has none. */
  readonly group: number
  readonly session: number
  /** Changes when a pid is reused. */
  readonly startedAt: string
  readonly name: string
  /** Its environment, where listing it tells that for nothing. */
  readonly environment?: string
}

/** All processes that live; a zombie does not. */
export async function listProcesses(): Promise<readonly ProcessInfo[]> {
  if (process.platform === 'linux') return listLinux()
  if (process.platform === 'win32') return parseCim(await ask(...CIM))
  return parsePs(await ask('ps', ['-axEww', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,command=']))
}

/** Whether this very process still lives, and its pid was not given to another one. */
export function isSame(one: ProcessInfo): boolean {
  // Elsewhere a look costs a process of its own: the list must do.
  return process.platform !== 'linux' || readLinux(one.pid)?.startedAt === one.startedAt
}

/** One process by its pid, where that can be had at once. */
export function readProcess(pid: number): ProcessInfo | undefined {
  return process.platform === 'linux' ? readLinux(pid) : undefined
}

/**
 * When a process started, as {@link ProcessInfo.startedAt} has it, even of one that has just ended and
 * was not waited for yet; undefined where that can't be had at once.
 */
export function startOfProcess(pid: number): string | undefined {
  const stat = process.platform === 'linux' ? readStat(pid) : undefined
  return stat && fieldsOf(stat)[START_FIELD]
}

export function describeProcess({ name, pid }: ProcessInfo): string {
  return `${name} (pid ${pid})`
}

function listLinux(): ProcessInfo[] {
  const found: ProcessInfo[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!(pid > 0)) continue
    const one = readLinux(pid)
    if (one) found.push(one)
  }
  return found
}

// Of the fields after the name.
const START_FIELD = 19

function readLinux(pid: number): ProcessInfo | undefined {
  const stat = readStat(pid)
  if (stat === undefined) return undefined
  const fields = fieldsOf(stat)
  const [state, parent, group, session] = fields
  if (state === 'Z' || state === 'X') return undefined
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startedAt: fields[START_FIELD] ?? '',
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
  }
}

// The name stands in parentheses and may hold spaces and parentheses itself.
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ', START_FIELD + 1)
}

// A stat is one line of at most some 400 bytes, told whole by one read. Each build's end looks at all
// processes: readFileSync costs twice the calls, and a fresh buffer of 64 KiB for each.
const statBuffer = Buffer.allocUnsafe(4096)

function readStat(pid: number): string | undefined {
  let file: number | undefined
  try {
    file = openSync(`/proc/${pid}/stat`, 'r')
    const length = readSync(file, statBuffer, 0, statBuffer.length, 0)
    return statBuffer.toString('latin1', 0, length)
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** What macOS and the BSDs print; `-E` shows the environments of one's own processes. */
export function parsePs(text: string): ProcessInfo[] {
  return text.split('\n').flatMap(line => {
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

// Windows keeps the number of a parent that has ended, so that orphans can be told.
const CIM: [string, string[]] = [
  'powershell.exe',
  [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.Ticks) $($_.Name)" }',
  ],
]

export function parseCim(text: string): ProcessInfo[] {
  return text.split(/\r?\n/).flatMap(line => {
    const match = /^(\d+) (\d+) (\d+) (.+)$/.exec(line.trim())
    if (!match) return []
    const [, pid, parent, startedAt, name] = match as unknown as string[]
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: -1,
        session: -1,
        startedAt: startedAt!,
        name: name!,
      },
    ]
  })
}

async function ask(file: string, args: readonly string[]): Promise<string> {
  const options = { maxBuffer: 64 * 1024 * 1024, windowsHide: true }
  return (await promisify(execFile)(file, args, options)).stdout
}
