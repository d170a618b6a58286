import { SEQUENCE, UNSEEN } from './sequences.ts'
import { type Look, lookAfter, lookOrder, PLAIN } from './sgr.ts'

/** One row of a terminal, as far as it was written. */
export interface Cells {
  put(at: number, character: string, look: string): void
  /** As a terminal counts it: 0 what follows, 1 what stands before, 2 all of it. */
  wipe(what: number, at: number): void
  /** With its colours. */
  text(): string
}

/** What a pen needs of the screen that it writes on. */
export interface PenScreen {
  /** The row that is written on; `undefined` where nothing can be written. */
  cells(): Cells | undefined
  /** Moves to another row. Where there is but one row, there is no such way. */
  moveRows?(by: number): void
  wipeBelow?(): void
}

export interface Pen {
  /** Goes to the first column. @param look With which it goes on; as before when not given. */
  begin(look?: Look): void
  write(text: string): void
}

const TOKEN = new RegExp(`${SEQUENCE.source}|[^]`, 'gu')
const ORDER = /^(?:\x1b\[|\x9b)(\d*)([A-GJK`])$/
// That an order can go to. What is written in full may be longer.
const FURTHEST_COLUMN = 10_000

/** Writes as a terminal does: characters over those that are there, and orders obeyed. */
export function createPen(screen: PenScreen): Pen {
  let at = 0
  let style = PLAIN
  let look = ''

  return {
    begin(next) {
      at = 0
      if (next === undefined) return
      style = next
      look = lookOrder(style)
    },
    write(text) {
      for (const [token] of text.matchAll(TOKEN)) {
        if (token === '\r') at = 0
        else if (token === '\b') at = Math.max(0, at - 1)
        else if (!UNSEEN.test(token)) {
          screen.cells()?.put(at, token, look)
          at++
        } else if (token.endsWith('m')) {
          style = lookAfter(style, token)
          look = lookOrder(style)
        } else obey(token)
      }
    },
  }

  function obey(token: string) {
    if (token === '\x1bM') screen.moveRows?.(-1)
    const [, digits = '', letter] = ORDER.exec(token) ?? []
    if (letter === undefined) return
    const n = Number(digits)
    const by = n || 1
    switch (letter) {
      case 'C':
        at = Math.max(at, Math.min(FURTHEST_COLUMN, at + by))
        break
      case 'D':
        at = Math.max(0, at - by)
        break
      case 'G':
      case '`':
        at = Math.min(FURTHEST_COLUMN, by - 1)
        break
      case 'J':
      case 'K':
        screen.cells()?.wipe(n, at)
        // A screen that is wiped whole is written anew from its head. What a log said before stays in it.
        if (letter === 'J' && n === 0) screen.wipeBelow?.()
        break
      default:
        if (!screen.moveRows) return
        screen.moveRows(letter === 'A' || letter === 'F' ? -by : by)
        if (letter === 'E' || letter === 'F') at = 0
    }
  }
}

export function createCells(): Cells {
  // Only the first `end` of them count: wiping a line a thousand times costs no memory.
  const cells: string[] = []
  const looks: string[] = []
  let end = 0
  // As many at the beginning are blank already: nor does wiping them a thousand times take long.
  let blank = 0
  return {
    put(at, character, look) {
      blank = Math.min(blank, at)
      for (; end < at; end++) {
        cells[end] = ' '
        looks[end] = ''
      }
      cells[at] = character
      looks[at] = look
      end = Math.max(end, at + 1)
    },
    wipe(what, at) {
      if (what === 0) end = Math.min(end, at)
      else if (what === 1) {
        const to = Math.min(end, at + 1)
        cells.fill(' ', blank, to)
        blank = Math.max(blank, to)
      } else end = 0
    },
    text() {
      let shown = ''
      let before = ''
      for (let i = 0; i < end; i++) {
        if (looks[i] !== before) shown += `\x1b[0m${looks[i]}`
        before = looks[i]!
        shown += cells[i]!
      }
      return shown.trimEnd()
    },
  }
}
