import { readFileSync } from 'node:fs'

interface Limits {
  readonly soft: number
  readonly parent: number
}

/**
 * How many files a program may have open, as in the shell that all of this was started from. Node
 * raises its own soft limit to the hard one, which may be a billion, and its children would inherit
 * that: programs that close every descriptor they may have would take minutes. Undefined where nobody
 * above has less.
 */
export function findOpenFiles(
  read: (pid: number | 'self') => Limits | undefined = readLimits,
): number | undefined {
  const own = read('self')
  if (!own) return undefined
  // Chromium raises its own halfway: the least of all is that of the person.
  let least = own.soft
  for (let above = read(own.parent); above; above = read(above.parent))
    least = Math.min(least, above.soft)
  return least < own.soft ? least : undefined
}

// "unlimited" is more than any number.
function readLimits(pid: number | 'self'): Limits | undefined {
  // The first process is the system itself, which may have any limit.
  if (process.platform !== 'linux' || (pid !== 'self' && pid <= 1)) return undefined
  try {
    const soft = /^Max open files +(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1'))![1]!
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return { soft: soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft), parent }
  } catch {
    return undefined
  }
}
