import { columnsOf } from './columns.ts'
import { createCells, createPen } from './pen.ts'
import { SEQUENCE, UNSEEN } from './sequences.ts'

// The window reads lines by this file alone.
export { SEQUENCE } from './sequences.ts'
export { type Look, lookAfter, PLAIN } from './sgr.ts'

// What moves the place of writing within a line, or wipes a part of it.
const MOVE = /[\r\x08]|(?:\x1b\[|\x9b)\d*[CDGI-KPXZabsu@`]|\x1b[78]/
const OTHER_MOVE = /\x08|(?:\x1b\[|\x9b)(?:\d*[CDGIJPXZabsu@`]|1K)|\x1b[78]/
const WIPE_FIRST = /^\x1b\[[02]?K/
const WIPE_LAST = /\x1b\[0?K(?:\x1b\[[\d;:]*m)*$/

/** Text without colours and other orders to a terminal. */
export function withoutSequences(text: string): string {
  // Most logs have none, and looking is cheaper than copying.
  return UNSEEN.test(text) ? text.replace(SEQUENCE, '') : text
}

/** A line as a terminal shows it in the end, still with its colours: what was overwritten or wiped is gone. */
export function shownLine(line: string): string {
  const text = withoutReturns(line)
  return MOVE.test(text) ? overwritten(text) : text
}

/** The same without colours: as it is read, and searched. */
export function plainLine(line: string): string {
  return lastState(line) ?? withoutSequences(shownLine(line))
}

// Of an ordinary progress bar, without looking at each character: each state begins at the left,
// and the last one covers or wipes those before. `undefined` when it is no such line.
function lastState(line: string): string | undefined {
  if (!line.includes('\r') || OTHER_MOVE.test(line) || !isColumnEach(line)) return undefined
  const states = withoutReturns(line).split('\r')
  const last = states.pop()!
  const text = withoutSequences(last)
  const wipes = WIPE_FIRST.test(last) || WIPE_LAST.test(last)
  const covers = wipes || states.every(state => state.length <= text.length)
  return covers && !last.slice(1).includes('[2K') ? text.trimEnd() : undefined
}

// Nearly all text is of characters that take one column each.
function isColumnEach(text: string): boolean {
  if (text.includes('\t')) return false
  if (!/[^\x00-\u02ff]/.test(text)) return true
  for (const character of text) if (columnsOf(character) !== 1) return false
  return true
}

/** What stood in the line one after the other, where carriage returns overwrote it; one for most lines. */
export function lineStates(line: string): readonly string[] {
  if (!line.includes('\r')) return [line]
  const states = line.split('\r').filter(state => withoutSequences(state) !== '')
  return states.length > 0 ? states : ['']
}

/**
 * Tells where in `text` the character stands that is at an index when its sequences are left out.
 * It is asked for indices that go up.
 */
export function indexWithSequences(text: string): (index: number) => number {
  const sequences = text.matchAll(SEQUENCE)
  let next = sequences.next()
  let hidden = 0
  return index => {
    while (!next.done && next.value.index - hidden <= index) {
      hidden += next.value[0].length
      next = sequences.next()
    }
    return index + hidden
  }
}

// Those at its end. By hand: an expression would begin anew at each of a thousand that stand within the line.
function withoutReturns(line: string): string {
  let end = line.length
  while (line[end - 1] === '\r') end--
  return line.slice(0, end)
}

function overwritten(text: string): string {
  const cells = createCells()
  createPen({ cells: () => cells }).write(text)
  return cells.text()
}
