// setTimeout takes a signed 32-bit number, and fires at once beyond it.
const LONGEST_MS = 2 ** 31 - 1

/**
 * Calls `then` once after `delayMs`, also when that is longer than a timer of Node can be: who wants
 * a limit "for ever" writes a month or a year.
 *
 * @returns Stops it.
 */
export function after(delayMs: number, then: () => void): () => void {
  let timer: NodeJS.Timeout
  const arm = (leftMs: number) => {
    const partMs = Math.min(leftMs, LONGEST_MS)
    timer = setTimeout(() => (leftMs > partMs ? arm(leftMs - partMs) : then()), partMs)
  }
  arm(delayMs)
  return () => clearTimeout(timer)
}
