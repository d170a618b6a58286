import { RESULT_NAMES, type Result } from '../master/results.ts'
import { safe, safeLine } from './safe-text.ts'

/** Thrown to end a command with one line on stderr and this exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  /** 1: the answer is no. 2: wrong use. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

const COLOURS: Readonly<Record<Result, string>> = {
  0: '\x1b[32m',
  1: '\x1b[33m',
  2: '\x1b[31m',
  3: '\x1b[2m',
  4: '\x1b[35m',
  5: '\x1b[33m',
  6: '\x1b[2m',
}

const coloured = process.stdout.isTTY && !process.env.NO_COLOR

export function resultText(result: Result): string {
  // History may hold one that only a later version knows.
  if (RESULT_NAMES[result] === undefined) return `result ${result}`
  return coloured ? `${COLOURS[result]}${RESULT_NAMES[result]}\x1b[0m` : RESULT_NAMES[result]
}

export function dim(text: string): string {
  return coloured ? `\x1b[2m${text}\x1b[0m` : text
}

export function marked(text: string): string {
  return coloured ? `\x1b[1;33m${text}\x1b[0m` : text
}

const OUR_COLOURS: ReadonlySet<string> = new Set(
  coloured ? [...Object.values(COLOURS), '\x1b[0m', '\x1b[2m', '\x1b[1;33m'] : [],
)

/** Prints a text; what it holds of others speaks to no terminal. */
export function print(text: string): void {
  process.stdout.write(`${safe(text, OUR_COLOURS)}\n`)
}

/** Tells a person something beside the data. */
export function tell(text: string): void {
  process.stderr.write(`${safe(text, OUR_COLOURS)}\n`)
}

export function printJson(value: unknown): void {
  // JSON leaves these as they are, and a terminal may obey them.
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  const text = JSON.stringify(value, null, 2).replace(/[\x7f-\x9f]/g, escaped)
  process.stdout.write(`${text}\n`)
}

/** Prints rows in columns. */
export function printTable(written: readonly (readonly string[])[]): void {
  const rows = written.map(row => row.map(cell => safeLine(cell, OUR_COLOURS)))
  const plain = (text: string) => text.replace(/\x1b\[\d*m/g, '')
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map(row => plain(row[i] ?? '').length)),
  )
  for (const row of rows)
    print(
      row
        .map(
          (cell, i) =>
            cell + ' '.repeat(i === row.length - 1 ? 0 : widths[i]! - plain(cell).length),
        )
        .join('  '),
    )
}

/** `0:42`, `15 min 56 s`, `3 d`. */
export function duration(ms: number): string {
  // A clock that was put right makes what was before come after.
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `0:${String(s).padStart(2, '0')}`
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
  return s < 172_800
    ? `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
    : `${Math.floor(s / 86_400)} d`
}
