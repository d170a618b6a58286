import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { windowsJobs } from './windows-jobs.ts'
import { parseWindowsProcesses } from './windows-processes.ts'

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

/**
 * All processes that live; a zombie does not.
 *
 * @throws Error when the list could not be read. A list without this process is such a case: it
 * was written in a form that we do not know, and must not be taken for "nobody is left".
 */
export async function listProcesses(): Promise<readonly ProcessInfo[]> {
  const all = await readAll().catch(error => {
    throw new Error(`the system's list of processes can't be had: ${firstLine(error)}`)
  })
  if (all.some(({ pid }) => pid === process.pid)) return all
  throw new Error("the system's list of processes can't be understood")
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0]!
}

async function readAll(): Promise<readonly ProcessInfo[]> {
  if (process.platform === 'linux') return listLinux()
  if (process.platform === 'win32') return listWindows()
  return parsePs(await ask('ps', psArguments(), PS_LOCALE))
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

// Dates are written in the person's language and time zone otherwise; see print.c of Apple's adv_cmds.
const PS_LOCALE = { LC_ALL: 'C', TZ: 'UTC' }

// Environments are shown by -E on macOS and by -e on the BSDs.
function psArguments(): string[] {
  const flags = process.platform === 'darwin' ? '-axEww' : '-axeww'
  return [flags, '-o', 'pid=,ppid=,pgid=,stat=,lstart=,ucomm=,command=']
}

// pid, parent, group, state, and the date of the C locale: "Tue Sep 15 23:54:57 2026".
const PS_LINE =
  /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})\s+(.+)$/

/** What macOS and the BSDs print. A line of another form is passed over. */
export function parsePs(text: string): ProcessInfo[] {
  return text.split('\n').flatMap(line => {
    const match = PS_LINE.exec(line)
    if (!match || match[4]!.startsWith('Z')) return []
    const [, pid, parent, group, , startedAt, rest] = match as unknown as string[]
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: -1,
        startedAt: startedAt!,
        name: nameIn(rest!),
        environment: ` ${rest}`,
      },
    ]
  })
}

// macOS pads the short name to 16 columns, since it may hold spaces; the command follows.
function nameIn(rest: string): string {
  const name = process.platform === 'darwin' ? rest.slice(0, 16) : /^\S+/.exec(rest)![0]
  return name.trim()
}

// A list that never comes would hold up every stop, and the start of the slave.
const LONGEST_LOOK_MS = 20_000

// What is asked where there are no jobs, see windows-jobs.ts.
const CIM: [string, string[]] = [
  'powershell.exe',
  [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    'Get-CimInstance Win32_Process | ForEach-Object { $start = if ($_.CreationDate) { "$($_.CreationDate.ToFileTimeUtc())" -replace ".$" } else { 0 }; "$($_.ProcessId) $($_.ParentProcessId) $start $($_.Name)" }',
  ],
]

async function listWindows(): Promise<readonly ProcessInfo[]> {
  const jobs = windowsJobs()
  if (jobs)
    try {
      return await jobs.list()
    } catch {
      // It has just ended: the slower way is left.
    }
  return parseWindowsProcesses(await ask(...CIM))
}

async function ask(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = {
    maxBuffer: 64 * 1024 * 1024,
    windowsHide: true,
    env: { ...process.env, ...env },
    timeout: LONGEST_LOOK_MS,
  }
  return (await promisify(execFile)(file, args, options)).stdout
}
