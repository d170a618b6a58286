import { after } from '../long-timer.ts'
import type { ShellArgs } from '../protocol/shell-args.ts'
import { type AwakeClock, startAwakeClock } from './awake-clock.ts'
import type { Ending } from './shell.ts'

/** Ends a command that is silent for too long, runs for too long or says too much. */
export function startLimits(
  { timeout, maxTime, max_lines }: Pick<ShellArgs, 'timeout' | 'maxTime' | 'max_lines'>,
  end: (ending: Ending) => void,
): { sawOutput(lines: () => number): void; stop(): void } {
  let lineCount = 0
  const clock = timeout === undefined && maxTime === undefined ? undefined : startAwakeClock()
  const startedAt = clock?.now() ?? 0
  let silentSince = startedAt
  const stops: (() => void)[] = []
  if (clock && maxTime !== undefined)
    stops.push(
      once(
        clock,
        () => startedAt + maxTime * 1000,
        () => end({ why: `ran longer than ${maxTime} s`, failure: 'timeout' }),
      ),
    )
  if (clock && timeout !== undefined)
    stops.push(
      once(
        clock,
        () => silentSince + timeout * 1000,
        () => end({ why: `no output for ${timeout} s`, failure: 'timeout_without_output' }),
      ),
    )

  return {
    sawOutput(lines) {
      if (timeout !== undefined) silentSince = clock!.now()
      if (max_lines === undefined) return
      lineCount += lines()
      if (lineCount > max_lines)
        end({ why: `more than ${max_lines} lines of output`, failure: 'max_lines_failure' })
    },
    stop() {
      for (const stop of stops) stop()
      clock?.stop()
    },
  }
}

// One timer that looks again when it was early, instead of one restarted by each output.
function once(clock: AwakeClock, due: () => number, then: () => void): () => void {
  let stop = () => {}
  const look = () => {
    const leftMs = due() - clock.now()
    if (leftMs > 0) stop = after(leftMs, look)
    else then()
  }
  look()
  return () => stop()
}

const NEWLINE = 10

export function countNewlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
