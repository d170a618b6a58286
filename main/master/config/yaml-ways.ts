import {
  type CST,
  type Document,
  isMap,
  isScalar,
  type Pair,
  parse,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
/** What is taken out and put in, at places of the text as it was. */
export type Way = readonly Piece[]

export interface Piece {
  readonly from: number
  /** The same as `from` for what is only put in. */
  readonly to: number
  readonly put: string
}

export interface Place {
  readonly text: string
  readonly document: Document
  /** Null in a file without sections. */
  readonly root: YAMLMap | null
}

export function pairOf(map: YAMLMap | null | undefined, key: string): Pair | undefined {
  return map?.items.find(pair => isScalar(pair.key) && pair.key.value === key)
}

export const isNothing = (node: unknown) =>
  node === null || node === undefined || (isScalar(node) && node.value === null)

interface Ranged {
  readonly range?: readonly [number, number, number] | null
}

export const rangeOf = (node: unknown) => (node as Ranged).range!

const put = (at: number, text: string): Piece => ({ from: at, to: at, put: text })

function lineStart(text: string, at: number): number {
  const start = text.lastIndexOf('\n', at - 1) + 1
  return start === 0 && text[0] === '\uFEFF' ? 1 : start
}

/** Just after the newline that ends the line of `at`. */
function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at)
  return newline < 0 ? text.length : newline + 1
}

const columnOf = (text: string, at: number) => at - lineStart(text, at)

const beginsLine = (text: string, at: number) => text.slice(lineStart(text, at), at).trim() === ''

const newlineOf = (text: string) => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n')

// Where the lines of a node end.
function endOfLines(text: string, node: unknown): number {
  const [, end] = rangeOf(node)
  return end > 0 && text[end - 1] === '\n' ? end : lineEnd(text, end)
}

function putLines(text: string, at: number, lines: string): Piece {
  const newline = newlineOf(text)
  const whole = lines.replaceAll('\n', newline)
  const begins = at === 0 || text[at - 1] === '\n' || (at === 1 && text[0] === '\uFEFF')
  return put(at, `${begins ? '' : newline}${whole}`)
}

function block(value: unknown, indent: number): string {
  return stringify(value, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map(line => (line === '' ? '\n' : `${' '.repeat(indent)}${line}\n`))
    .join('')
}

export function scalarText(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  // A word that is read as something else, such as 10 or true, is put in quotes.
  return /^[\w.]+$/.test(value) && parse(value) === value ? value : JSON.stringify(value)
}

const flowText = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : scalarText(value as string | number | boolean)

export const inBraces = (value: object) =>
  Object.entries(value)
    .map(([key, one]) => `${key}: ${flowText(one)}`)
    .join(', ')

function tokensOf(pair: Pair): CST.SourceToken[] {
  return (pair.srcToken?.sep ?? []) as CST.SourceToken[]
}

// After the colon, and after an anchor or a tag that stands there.
function endOfHead(pair: Pair): number | undefined {
  const tokens = tokensOf(pair)
  const colon = tokens.find(({ type }) => type === 'map-value-ind')
  const last = tokens.findLast(({ type }) => type === 'anchor' || type === 'tag') ?? colon
  return colon && last && last.offset + last.source.length
}

/** Where a key that is not there yet is put, if that can be. */
export interface NewKeyWish {
  /** Below this key of the same map. */
  readonly after?: string
  /** Else before all others. */
  readonly first?: boolean
}

export function* newPair(
  { text, document, root }: Place,
  map: YAMLMap | null,
  key: string,
  value: unknown,
  { after, first }: NewKeyWish = {},
): Iterable<Way> {
  const neighbour = after === undefined ? undefined : pairOf(map, after)
  if (map?.flow) {
    const quotes = map.items.some(({ key: one }) => isScalar(one) && one.type === 'QUOTE_DOUBLE')
    const entry = `${quotes ? JSON.stringify(key) : key}: ${quotes ? JSON.stringify(value) : flowText(value)}`
    if (neighbour) yield [put(rangeOf(neighbour.value)[1], `, ${entry}`)]
    return yield* atEndOfFlow({ text, document, root }, map, entry)
  }
  const begin = map?.items[0] && rangeOf(map.items[0].key)[0]
  const indent = begin === undefined ? 0 : columnOf(text, begin)
  const lines =
    typeof value === 'object'
      ? block({ [key]: value }, indent)
      : `${' '.repeat(indent)}${key}: ${scalarText(value as string | number | boolean)}\n`
  if (neighbour) yield [putLines(text, endOfLines(text, neighbour.value ?? neighbour.key), lines)]
  if (first && begin !== undefined) yield [putLines(text, lineStart(text, begin), lines)]
  // A section goes to the end of the file, another key to the end of its map.
  if (map === root) yield [putLines(text, endOfContent(text, root), lines)]
  const last = map?.items.at(-1)
  if (!last) return
  yield [putLines(text, endOfLines(text, last.value ?? last.key), lines)]
  // A text at the end may end with the file.
  yield [putLines(text, lineStart(text, rangeOf(last.key)[0]), lines)]
}

// Before the mark that ends a document, and before spaces that stand in its last line.
function endOfContent(text: string, root: YAMLMap | null): number {
  const from = root ? rangeOf(root)[1] : 0
  const mark = /(?:^|\n)\.\.\.(?=\s|$)/.exec(text.slice(Math.max(0, from - 1)))
  if (mark) return Math.max(0, from - 1) + mark.index + (mark[0].startsWith('\n') ? 1 : 0)
  const last = lineStart(text, text.length)
  return text.slice(last).trim() === '' ? last : text.length
}

// A key without a value

export function* fill({ text, root }: Place, pair: Pair, value: unknown): Iterable<Way> {
  const head = endOfHead(pair)
  if (head === undefined) return
  const [from, to] = pair.value ? rangeOf(pair.value) : [head, head]
  // The word null, or nothing.
  const word = from < to ? { from: head, to, put: '' } : undefined
  const inLine: Way = [
    {
      from: word ? from : head,
      to: word ? to : head,
      put: `${word ? '' : ' '}${JSON.stringify(value)}`,
    },
  ]
  if (root?.flow || typeof value !== 'object') {
    yield typeof value === 'object'
      ? inLine
      : [
          {
            ...inLine[0]!,
            put: `${word ? '' : ' '}${scalarText(value as string | number | boolean)}`,
          },
        ]
    return
  }
  const indent = columnOf(text, rangeOf(pair.key)[0]) + 2
  const lines = putLines(text, lineEnd(text, word ? to : head), block(value, indent))
  yield word ? [word, lines] : [lines]
  yield inLine
}

// An empty list in brackets becomes lines of its own.
export function* asBlock({ text, root }: Place, pair: Pair, value: unknown): Iterable<Way> {
  const [from, to] = rangeOf(pair.value)
  const head = endOfHead(pair)
  if (root?.flow || head === undefined || !/^\[[ \t]*\]$/.test(text.slice(from, to))) return
  const indent = columnOf(text, rangeOf(pair.key)[0]) + 2
  yield [{ from: head, to, put: '' }, putLines(text, lineEnd(text, to), block(value, indent))]
}

function endOfEntry(entry: unknown): number {
  const pair = entry as Partial<Pair>
  if (pair.key === undefined) return rangeOf(entry)[1]
  const end = pair.value ? rangeOf(pair.value)[1] : rangeOf(pair.key)[1]
  return Math.max(end, endOfHead(entry as Pair) ?? 0)
}

// The comma between two places, where only spaces and comments stand beside it.
function commaIn(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (text[at] === ',') return at
    if (text[at] === '#') at = lineEnd(text, at) - 1
  }
  return -1
}

export function* atEndOfFlow(
  { text }: Place,
  node: YAMLSeq | YAMLMap,
  entry: string,
): Iterable<Way> {
  const [start, end] = rangeOf(node)
  const close = end - 1
  const newline = newlineOf(text)
  const ownLine = beginsLine(text, close)
  const lastLine = lineStart(text, close)
  const last = node.items.at(-1)
  if (last === undefined) {
    const inner = text.slice(start + 1, close)
    const indent = text.slice(lastLine, close)
    if (inner.includes('#') && ownLine) yield [put(lastLine, `${indent}  ${entry}${newline}`)]
    if (isMap(node)) yield [put(start + 1, inner === '' ? ` ${entry} ` : ` ${entry}`)]
    else yield [put(start + 1, `${inner === '' ? '' : ' '}${entry}`)]
    return
  }
  const after = endOfEntry(last)
  const comma = commaIn(text, after, close)
  if (ownLine && lastLine > after) {
    const begin = rangeOf((last as Partial<Pair>).key ?? last)[0]
    const indent = beginsLine(text, begin)
      ? text.slice(lineStart(text, begin), begin)
      : `${text.slice(lastLine, close)}  `
    if (comma < 0) yield [put(after, ','), put(lastLine, `${indent}${entry}${newline}`)]
    else yield [put(lastLine, `${indent}${entry},${newline}`)]
  }
  if (comma < 0) yield [put(after, `, ${entry}`)]
  else yield [put(comma + 1, ` ${entry},`)]
}

export function* outOfFlow({ text }: Place, list: YAMLSeq, index: number): Iterable<Way> {
  const [open, end] = rangeOf(list)
  const [from, to] = rangeOf(list.items[index])
  const next = list.items[index + 1]
  const before = list.items[index - 1]
  const comma = commaIn(text, to, next ? rangeOf(next)[0] : end - 1)
  const left = before ? commaIn(text, rangeOf(before)[1], from) : -1
  // Its own comma, or the one before it when it is the last.
  const stop = comma < 0 ? to : comma + 1
  const other: Way = comma < 0 && left >= 0 ? [{ from: left, to: left + 1, put: '' }] : []
  const alone = beginsLine(text, from) && /^[ \t]*\r?(?:\n|$)/.test(text.slice(stop))
  if (alone && text.slice(to, stop).trim().length <= 1 && text.includes('\n', stop))
    yield [...other, { from: lineStart(text, from), to: lineEnd(text, stop), put: '' }]
  const spacesAfter = /^[ \t]*/.exec(text.slice(stop))![0].length
  const spacesBefore = /[ \t]*$/.exec(text.slice(open + 1, from))![0].length
  const pieces = (a: number, b: number): Way =>
    // A comment may stand between it and its comma.
    comma >= 0 && text.slice(to, comma).trim() !== ''
      ? [...other, { from: a, to, put: '' }, { from: comma, to: comma + 1, put: '' }]
      : [...other, { from: a, to: b, put: '' }]
  if (next) yield pieces(from, stop + spacesAfter)
  yield pieces(from - spacesBefore, stop)
  yield pieces(from, stop)
}

interface Dash {
  readonly at: number
}

function dashesOf(list: YAMLSeq): Dash[] {
  const { items = [] } = list.srcToken as { items?: readonly { start: CST.SourceToken[] }[] }
  return items.flatMap(({ start }) => {
    const dash = start.find(({ type }) => type === 'seq-item-ind')
    return dash ? [{ at: dash.offset }] : []
  })
}

export function* atEndOfBlock({ text }: Place, list: YAMLSeq, item: object): Iterable<Way> {
  const dash = dashesOf(list).at(-1)!
  const last = list.items.at(-1)
  const indent = columnOf(text, dash.at)
  const end = isNothing(last) ? lineEnd(text, dash.at) : endOfLines(text, last)
  const lines = block([item], indent)
  const more = afterItsComments(text, end, indent)
  if (more !== end) yield [putLines(text, more, lines)]
  yield [putLines(text, end, lines)]
}

// Comments that are further in than the dash are about the last item.
function afterItsComments(text: string, from: number, indent: number): number {
  let end = from
  for (let at = from; at < text.length; at = lineEnd(text, at)) {
    const line = text.slice(at, lineEnd(text, at))
    const column = line.search(/\S/)
    if (column < 0) continue
    if (line[column] !== '#' || column <= indent) break
    end = at + line.length
  }
  return end
}

export function* outOfBlock(
  { text }: Place,
  pair: Pair,
  list: YAMLSeq,
  index: number,
): Iterable<Way> {
  const dashes = dashesOf(list)
  const { at } = dashes[index]!
  const node = list.items[index]
  const end = isNothing(node) ? lineEnd(text, at) : endOfLines(text, node)
  const from = beginsLine(text, at) ? lineStart(text, at) : at
  if (dashes.length > 1) {
    yield [{ from, to: end, put: '' }]
    const next = dashes[index + 1]
    if (next) yield [{ from: at, to: next.at, put: '' }]
    return
  }
  // A key with nothing below it would be no list.
  const head = endOfHead(pair)
  if (head !== undefined && beginsLine(text, at))
    yield [put(head, ' []'), { from, to: end, put: '' }]
  else yield [{ from, to: end, put: `[]${newlineOf(text)}` }]
}
