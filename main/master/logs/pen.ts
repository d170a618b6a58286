import { columnsOf, nextStop, stopBefore } from './columns.ts'
import { SEQUENCE, UNSEEN } from './sequences.ts'
import { type Look, lookAfter, lookOrder, PLAIN } from './sgr.ts'

/** One row of a terminal, as far as it was written. */
export interface Cells {
  put(at: number, character: string, columns: 1 | 2, look: string): void
  /** Adds a mark to the character before a column. */
  join(at: number, mark: string): void
  /** As a terminal counts it: 0 what follows, 1 what stands before, 2 all of it. */
  wipe(what: number, at: number): void
  /** Makes so many columns blank. */
  blank(at: number, count: number): void
  /** Moves what follows so many columns to the right, or, below 0, to the left over what stands there. */
  shift(at: number, by: number): void
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
const ORDER = /^(?:\x1b\[|\x9b)(\d*)([A-GI-KPXZabsu@`])$/
// That an order can go to, or moves. What is written in full may be longer.
const FURTHEST_COLUMN = 10_000
// What orders may write between two line ends: a short line must not cost more than a long one.
const MOST_REPEATED = 100_000
const MOST_SHIFTS = 2000
// Of a character and the marks on it.
const LONGEST_CELL = 64

/** Writes as a terminal does: characters over those that are there, and orders obeyed. */
export function createPen(screen: PenScreen): Pen {
  let at = 0
  let style = PLAIN
  let look = ''
  let saved = { at: 0, style: PLAIN }
  // The last character, while nothing has come after it.
  let last = ''
  let repeatsLeft = MOST_REPEATED
  let shiftsLeft = MOST_SHIFTS

  return {
    begin(next) {
      at = 0
      repeatsLeft = MOST_REPEATED
      shiftsLeft = MOST_SHIFTS
      if (next === undefined) return
      style = next
      look = lookOrder(style)
      saved = { at: 0, style: PLAIN }
    },
    write(text) {
      for (const [token] of text.matchAll(TOKEN)) {
        const before = last
        last = ''
        if (token === '\r') at = 0
        else if (token === '\b') at = Math.max(0, at - 1)
        else if (token === '\t') at = nextStop(at)
        else if (!UNSEEN.test(token)) put(token)
        else if (token.endsWith('m') || token.endsWith('!p')) {
          style = lookAfter(style, token)
          look = lookOrder(style)
          if (token.endsWith('p')) saved = { at: 0, style: PLAIN }
        } else obey(token, before)
      }
    },
  }

  function put(character: string) {
    const columns = columnsOf(character)
    last = character
    if (columns === 0) return screen.cells()?.join(at, character)
    screen.cells()?.put(at, character, columns, look)
    at += columns
  }

  function restore() {
    at = saved.at
    style = saved.style
    look = lookOrder(style)
  }

  function obey(token: string, before: string) {
    if (token === '\x1bM') screen.moveRows?.(-1)
    else if (token === '\x1b7') saved = { at, style }
    else if (token === '\x1b8') restore()
    const [, digits = '', letter] = ORDER.exec(token) ?? []
    if (letter === undefined) return
    const n = Number(digits)
    const by = n || 1
    switch (letter) {
      case 'C':
      case 'a':
        at = Math.max(at, Math.min(FURTHEST_COLUMN, at + by))
        break
      case 'D':
        at = Math.max(0, at - by)
        break
      case 'G':
      case '`':
        at = Math.min(FURTHEST_COLUMN, by - 1)
        break
      case 'I':
        for (let i = 0; i < by && at < FURTHEST_COLUMN; i++) at = nextStop(at)
        break
      case 'Z':
        for (let i = 0; i < by && at > 0; i++) at = stopBefore(at)
        break
      case 'X':
        screen.cells()?.blank(at, Math.min(FURTHEST_COLUMN, by))
        break
      case '@':
      case 'P':
        if (shiftsLeft-- > 0)
          screen.cells()?.shift(at, Math.min(FURTHEST_COLUMN, by) * (letter === 'P' ? -1 : 1))
        break
      case 'b':
        for (let i = 0; i < by && before !== '' && at < FURTHEST_COLUMN && repeatsLeft-- > 0; i++)
          put(before)
        last = ''
        break
      case 's':
        if (digits === '') saved = { at, style }
        break
      case 'u':
        if (digits === '') restore()
        break
      case 'J':
      case 'K':
        if (n <= 2) screen.cells()?.wipe(n, at)
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

/**
 * One row. The second column of a wide character holds an empty text; when one of its columns is written over, the other
 * one becomes blank.
 */
export function createCells(): Cells {
  // Only the first `end` of them count: wiping a line a thousand times costs no memory.
  const cells: string[] = []
  const looks: string[] = []
  let end = 0
  // As many at the beginning are blank already: nor does wiping them a thousand times take long.
  let blank = 0
  return {
    put(at, character, columns, look) {
      blank = Math.min(blank, at)
      for (; end < at; end++) {
        cells[end] = ' '
        looks[end] = ''
      }
      part(at)
      part(at + columns)
      cells[at] = character
      looks[at] = look
      if (columns === 2) {
        cells[at + 1] = ''
        looks[at + 1] = look
      }
      end = Math.max(end, at + columns)
    },
    join(at, mark) {
      const to = cells[at - 1] === '' ? at - 2 : at - 1
      if (to < 0 || to >= end || cells[to]!.length >= LONGEST_CELL) return
      blank = Math.min(blank, to)
      cells[to] += mark
    },
    wipe(what, at) {
      if (what === 0) {
        part(at)
        end = Math.min(end, at)
      } else if (what === 1) {
        const to = Math.min(end, at + 1)
        part(to)
        cells.fill(' ', blank, to)
        blank = Math.max(blank, to)
      } else end = 0
    },
    blank(at, count) {
      const to = Math.min(end, at + count)
      if (at >= to) return
      part(at)
      part(to)
      cells.fill(' ', at, to)
      looks.fill('', at, to)
    },
    shift(at, by) {
      if (at >= end || end + Math.max(0, by) > FURTHEST_COLUMN) return
      part(at)
      blank = Math.min(blank, at)
      if (by > 0) {
        for (let i = end - 1; i >= at; i--) move(i, i + by)
        cells.fill(' ', at, at + by)
        looks.fill('', at, at + by)
        end += by
      } else {
        part(at - by)
        for (let i = at - by; i < end; i++) move(i, i + by)
        end = Math.max(at, end + by)
      }
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

  function part(at: number) {
    if (at === 0 || at >= end || cells[at] !== '') return
    cells[at - 1] = ' '
    cells[at] = ' '
  }

  function move(from: number, to: number) {
    cells[to] = cells[from]!
    looks[to] = looks[from]!
  }
}
