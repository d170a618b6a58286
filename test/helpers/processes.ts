import { readdirSync, readFileSync } from 'node:fs'

const LOOK_MS = 20

/** Waits for what nobody announces, such as the end of a stranger's process. */
export async function eventually<T>(
  look: () => T | undefined | false | null,
  what: string,
  withinMs = 15_000,
): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false && found !== null) return found
    if (performance.now() > until) throw new Error(`It did not come about: ${what}`)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/^[ZX]$/.test(stat.slice(stat.lastIndexOf(')') + 2)[0]!)
  } catch {
    return false
  }
}

export function isGone(...pids: number[]): Promise<true> {
  return eventually(() => pids.every(pid => !isAlive(pid)), `the end of ${pids.join(', ')}`)
}

export interface FoundProcess {
  readonly pid: number
  readonly command: string
}

/** The living processes whose command line or environment holds `text`, ourselves aside. */
export function processesWith(text: string): FoundProcess[] {
  return readdirSync('/proc').flatMap((entry): FoundProcess[] => {
    const pid = Number(entry)
    if (!(pid > 0) || pid === process.pid || !isAlive(pid)) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
      return command.includes(text) || environment.includes(text) ? [{ pid, command }] : []
    } catch {
      return []
    }
  })
}

/** Kills all of them, and who they have started meanwhile. */
export async function killProcessesWith(text: string): Promise<void> {
  await eventually(() => {
    const found = processesWith(text)
    for (const { pid } of found) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended by itself, and the others are still to be killed.
      }
    }
    return found.length === 0
  }, `the end of all that have "${text}"`)
}
