import type { ShellArgs } from '../protocol/shell-args.ts'
import type { Ending } from './shell.ts'

/** Ends a command that is silent for too long, runs for too long or says too much. */
export function startLimits(
  { timeout, maxTime, max_lines }: Pick<ShellArgs, 'timeout' | 'maxTime' | 'max_lines'>,
  end: (ending: Ending) => void,
): { sawOutput(lines: () => number): void; stop(): void } {
  let lineCount = 0
  let silentSince = performance.now()
  let silence: NodeJS.Timeout | undefined
  const total =
    maxTime === undefined
      ? undefined
      : setTimeout(
          () => end({ why: `ran longer than ${maxTime} s`, failure: 'timeout' }),
          maxTime * 1000,
        )
  if (timeout !== undefined) watchSilence(timeout * 1000)

  return {
    sawOutput(lines) {
      silentSince = performance.now()
      if (max_lines === undefined) return
      lineCount += lines()
      if (lineCount > max_lines)
        end({ why: `more than ${max_lines} lines of output`, failure: 'max_lines_failure' })
    },
    stop() {
      clearTimeout(total)
      clearTimeout(silence)
    },
  }

  // One timer that looks again when it was early, instead of one restarted by each output.
  function watchSilence(delayMs: number) {
    silence = setTimeout(() => {
      const leftMs = timeout! * 1000 - (performance.now() - silentSince)
      if (leftMs > 0) watchSilence(leftMs)
      else end({ why: `no output for ${timeout} s`, failure: 'timeout_without_output' })
    }, delayMs)
  }
}

const NEWLINE = 10

export function countNewlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
