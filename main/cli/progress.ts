import { safeLine } from './safe-text.ts'

/** Tells a person on stderr how a long command gets on. */
export interface Telling {
  /** @param share From 0 to 1. */
  tell(what: string, share: number): void
  /** Leaves the line of the terminal. Calling it twice is harmless. */
  end(): void
}

/** One line that changes in a terminal; in a file or pipe a line for each part of the work. */
export function startProgress(silent: boolean): Telling {
  const terminal = process.stderr.isTTY
  let said = ''
  return {
    tell(what, share) {
      if (silent) return
      // One line, which is written over: not the place for signs of others.
      const named = safeLine(what, new Set())
      const line = terminal ? `${named} ${Math.round(share * 100)} %` : `${named} …`
      if (line === said) return
      said = line
      process.stderr.write(terminal ? `\r\x1b[K${line}` : `${line}\n`)
    },
    end() {
      if (terminal && said) process.stderr.write('\r\x1b[K')
      said = ''
    },
  }
}
