import { diffArrays } from 'diff'
import { parseAnsi } from '../logs/ansi.ts'

/** Lines of two logs, as they were written. */
export interface DiffWish {
  readonly a: readonly string[]
  readonly b: readonly string[]
  /** Lines that differ in their numbers only are taken as equal: times, counts, addresses. */
  readonly loose: boolean
}

export interface DiffRow {
  readonly kind: 'same' | 'only-a' | 'only-b'
  readonly text: string
  /** From 0, where the log has it. */
  readonly a: number | null
  readonly b: number | null
}

/** Equal lines that are not worth to be shown. */
export interface DiffGap {
  readonly kind: 'gap'
  readonly count: number
}

export interface LogDiff {
  readonly rows: readonly (DiffRow | DiffGap)[]
  readonly onlyA: number
  readonly onlyB: number
  /** There is more than is in `rows`. */
  readonly cut: boolean
}

const AROUND = 3
const MOST_ROWS = 4000
// Where two logs have little in common, comparing them says little and takes for ever.
const GIVE_UP_AFTER_MS = 4000

/** Compares two logs line by line. `undefined` when they have too little in common. */
export function diffLines({ a, b, loose }: DiffWish): LogDiff | undefined {
  const [plainA, plainB] = [a.map(plain), b.map(plain)]
  const key = loose ? withoutNumbers : (line: string) => line
  const parts = diffArrays(plainB.map(key), plainA.map(key), { timeout: GIVE_UP_AFTER_MS })
  if (!parts) return undefined
  const all: DiffRow[] = []
  let atA = 0
  let atB = 0
  let onlyA = 0
  let onlyB = 0
  for (const part of parts)
    for (let i = 0; i < part.count; i++) {
      if (part.added) {
        onlyA++
        all.push({ kind: 'only-a', text: plainA[atA]!, a: atA++, b: null })
      } else if (part.removed) {
        onlyB++
        all.push({ kind: 'only-b', text: plainB[atB]!, a: null, b: atB++ })
      } else all.push({ kind: 'same', text: plainA[atA]!, a: atA++, b: atB++ })
    }
  const rows = fold(all)
  return { rows: rows.slice(0, MOST_ROWS), onlyA, onlyB, cut: rows.length > MOST_ROWS }
}

// Leaves of equal stretches what stands next to a difference.
function fold(all: readonly DiffRow[]): (DiffRow | DiffGap)[] {
  const near = new Uint8Array(all.length)
  all.forEach((row, i) => {
    if (row.kind !== 'same') near.fill(1, Math.max(0, i - AROUND), i + AROUND + 1)
  })
  const rows: (DiffRow | DiffGap)[] = []
  let count = 0
  all.forEach((row, i) => {
    if (!near[i]) count++
    else {
      if (count > 0) rows.push({ kind: 'gap', count })
      count = 0
      rows.push(row)
    }
  })
  if (count > 0) rows.push({ kind: 'gap', count })
  return rows
}

function plain(line: string): string {
  return parseAnsi(line)
    .map(span => span.text)
    .join('')
}

function withoutNumbers(line: string): string {
  return line.replace(/\d+([.,:]\d+)*/g, '0').trimEnd()
}
