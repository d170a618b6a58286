import { execFile } from 'node:child_process'
import { freemem, totalmem } from 'node:os'
import { promisify } from 'node:util'

/** How much memory programs hold; `null` where that can't be told. */
export async function usedMemory(): Promise<number | null> {
  // Node tells what nobody uses at all, and macOS fills nearly everything with caches.
  if (process.platform !== 'darwin') return totalmem() - freemem()
  const asked = promisify(execFile)('vm_stat', { env: { ...process.env, LC_ALL: 'C' } })
  return asked.then(
    ({ stdout }) => readVmStat(stdout),
    () => null,
  )
}

/** Memory in use as Activity Monitor has it: of programs, of the kernel, and what is compressed. */
export function readVmStat(text: string): number | null {
  const pageBytes = Number(/page size of (\d+) bytes/.exec(text)?.[1])
  const pages = (name: string) => Number(new RegExp(`^"?${name}"?:\\s+(\\d+)`, 'm').exec(text)?.[1])
  const used =
    pages('Anonymous pages') -
    pages('Pages purgeable') +
    pages('Pages wired down') +
    pages('Pages occupied by compressor')
  return Number.isFinite(used * pageBytes) && used > 0 ? used * pageBytes : null
}
