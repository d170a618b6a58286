import { lookAfter, lookOrder, PLAIN } from './sgr.ts'

// What a terminal obeys instead of showing it: CSI, charset and other two-part sequences, strings
// such as titles and links (OSC, DCS, PM, APC, SOS), and control characters. None goes on in the next line.
export const SEQUENCE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[\]P^_X][^\x07\x1b\r\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g
const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/
const LOOK = /^(?:\x1b\[|\x9b)([\d;:]*)m$/
// What moves the place of writing within a line, or wipes a part of it.
const MOVE = /[\r\x08]|(?:\x1b\[|\x9b)\d*[CDGKJ`]/
const OTHER_MOVE = /\x08|(?:\x1b\[|\x9b)(?:\d*[CDGJ`]|1K)/
const WIPE_FIRST = /^\x1b\[[02]?K/
const WIPE_LAST = /\x1b\[0?K(?:\x1b\[[\d;:]*m)*$/
const ORDER = /^(?:\x1b\[|\x9b)(\d*)([CDGKJ`])$/
const TOKEN = new RegExp(`${SEQUENCE.source}|[^]`, 'gu')
const FURTHEST_COLUMN = 10_000

/** Text without colours and other orders to a terminal. */
export function withoutSequences(text: string): string {
  // Most logs have none, and looking is cheaper than copying.
  return UNSEEN.test(text) ? text.replace(SEQUENCE, '') : text
}

/** A line as a terminal shows it in the end, still with its colours: what was overwritten or wiped is gone. */
export function shownLine(line: string): string {
  const text = line.endsWith('\r') ? line.replace(/\r+$/, '') : line
  return MOVE.test(text) ? overwritten(text) : text
}

/** The same without colours: as it is read, and searched. */
export function plainLine(line: string): string {
  return lastState(line) ?? withoutSequences(shownLine(line))
}

// Of an ordinary progress bar, without looking at each character: each state begins at the left,
// and the last one covers or wipes those before. `undefined` when it is no such line.
function lastState(line: string): string | undefined {
  if (!line.includes('\r') || OTHER_MOVE.test(line)) return undefined
  const states = line.replace(/\r+$/, '').split('\r')
  const last = states.pop()!
  const text = withoutSequences(last)
  const wipes = WIPE_FIRST.test(last) || WIPE_LAST.test(last)
  const covers = wipes || states.every(state => state.length <= text.length)
  return covers && !last.slice(1).includes('[2K') ? text.trimEnd() : undefined
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

function overwritten(text: string): string {
  // Only the first `end` of them count: wiping a line a thousand times costs no memory.
  const cells: string[] = []
  const looks: string[] = []
  let end = 0
  let at = 0
  let style = PLAIN
  let look = ''
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\r') at = 0
    else if (token === '\b') at = Math.max(0, at - 1)
    else if (!UNSEEN.test(token)) {
      for (; end < at; end++) {
        cells[end] = ' '
        looks[end] = ''
      }
      cells[at] = token
      looks[at] = look
      at++
      end = Math.max(end, at)
    } else if (LOOK.test(token)) {
      style = lookAfter(style, token)
      look = lookOrder(style)
    } else {
      const [, count = '', letter] = ORDER.exec(token) ?? []
      const n = Number(count)
      if (letter === 'C') at = Math.min(FURTHEST_COLUMN, at + (n || 1))
      else if (letter === 'D') at = Math.max(0, at - (n || 1))
      else if (letter === 'G' || letter === '`') at = Math.min(FURTHEST_COLUMN, (n || 1) - 1)
      // K and J: 0 what follows, 1 what stands before, 2 all of it.
      else if (letter !== undefined && n === 0) end = Math.min(end, at)
      else if (letter !== undefined && n === 1) cells.fill(' ', 0, Math.min(end, at + 1))
      else if (letter !== undefined) end = 0
    }
  }
  let shown = ''
  let before = ''
  for (let i = 0; i < end; i++) {
    if (looks[i] !== before) shown += `\x1b[0m${looks[i]}`
    before = looks[i]!
    shown += cells[i]!
  }
  return shown.trimEnd()
}
