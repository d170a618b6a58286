import type { ProcessInfo } from './process-list.ts'

/** Processes as `PID PARENT START NAME`, in lines or parted by tabs. START is a FILETIME in microseconds. */
export function parseWindowsProcesses(text: string): ProcessInfo[] {
  return text.split(/\r?\n|\t/).flatMap(item => {
    const match = /^(\d+) (\d+) (\d+) (.+)$/.exec(item.trim())
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

/** This moment, as the start of a process would have it. */
export function fileTimeNow(): bigint {
  return BigInt(Date.now()) * 1000n + SINCE_1601_US
}

/** When a process started, by the clock that `Date.now` reads. */
export function msOfFileTime(startedAt: string): number {
  return Number((BigInt(startedAt) - SINCE_1601_US) / 1000n)
}

const SINCE_1601_US = 11_644_473_600_000_000n
