import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isScalar, isSeq, Lexer, parseDocument, type YAMLMap } from 'yaml'
import {
  asBlock,
  atEndOfBlock,
  atEndOfFlow,
  fill,
  inBraces,
  isNothing,
  type NewKeyWish,
  newPair,
  outOfBlock,
  outOfFlow,
  type Place,
  pairOf,
  rangeOf,
  scalarText,
  type Way,
} from './yaml-ways.ts'

/**
 * Changes of master.yml that keep every other byte. A change is tried in the forms in which a person may have
 * written the place, and each result is read again: only one that means what was asked, and in which nothing
 * else differs, is given back. Where none is, the change is refused.
 */
export interface Change {
  /** What is changed, in words: `the list "slaves"`. */
  readonly what: string
  /** Makes the change in what the file means. */
  readonly mean: (sections: Sections) => void
  /** The ways to write it, the best first. */
  readonly ways: (place: Place) => Iterable<Way>
}

export type Sections = Record<string, unknown>

/** @throws Error when the text is no YAML, or when the change would touch more than was asked. */
export function change(text: string, { what, mean, ways }: Change): string {
  const document = readDocument(text)
  const root = isMap(document.contents) ? document.contents : null
  const wanted = meaningOf(document)
  mean(wanted)
  if (isDeepStrictEqual(wanted, meaningOf(document))) return text
  for (const way of ways({ text, document, root })) {
    const after = written(text, way)
    if (holds(text, way, after, wanted)) return after
  }
  throw new Error(
    `master.yml is written in a way in which ${what} can't be changed without touching more than that. Change it in an editor; nothing was written.`,
  )
}

export function readDocument(text: string): Document {
  const document = parseDocument(text, { prettyErrors: false, keepSourceTokens: true })
  const [error] = document.errors
  if (error) throw new Error(`master.yml can't be read as YAML (${error.message}). Mend it first.`)
  const { contents } = document
  const empty = contents === null || (isScalar(contents) && contents.value === null)
  if (!empty && !isMap(contents))
    throw new Error('master.yml is not a map of sections. Mend it first.')
  return document
}

function meaningOf(document: Document): Sections {
  return (document.toJS() as Sections | null) ?? {}
}

function written(text: string, way: Way): string {
  const sorted = [...way].sort((a, b) => a.from - b.from || a.to - b.to)
  let at = 0
  let after = ''
  for (const { from, to, put } of sorted) {
    after += text.slice(at, from) + put
    at = to
  }
  return after + text.slice(at)
}

// Read again: it means what was asked, and each comment that was not taken out is still one.
function holds(text: string, way: Way, after: string, wanted: Sections): boolean {
  const document = parseDocument(after, { prettyErrors: false })
  if (document.errors.length > 0) return false
  try {
    if (!isDeepStrictEqual(meaningOf(document), wanted)) return false
  } catch {
    // Too many aliases, or one of what was taken out.
    return false
  }
  const kept = commentsOf(text).filter(
    ({ at }) => !way.some(({ from, to }) => at >= from && at < to),
  )
  const now = commentsOf(after)
  return now.length === kept.length && now.every(({ comment }, i) => comment === kept[i]!.comment)
}

function commentsOf(text: string): { comment: string; at: number }[] {
  const found: { comment: string; at: number }[] = []
  let at = 0
  for (const token of new Lexer().lex(text)) {
    // Signs of the lexer that are not in the text.
    if (/^[\x02\x18\x1f]$/.test(token)) continue
    if (token[0] === '#') found.push({ comment: token.trimEnd(), at })
    at += token.length
  }
  return found
}

/** Adds an item at the end of a section's list, in the form that the list has. */
export function addToList(text: string, section: string, item: object): string {
  return change(text, {
    what: `the list "${section}"`,
    mean: sections => {
      const list = sections[section] ?? []
      if (!Array.isArray(list))
        throw new Error(`"${section}" of master.yml is not a list. Mend it first.`)
      sections[section] = [...list, plain(item)]
    },
    *ways(place) {
      const pair = pairOf(place.root, section)
      if (!pair) return yield* newPair(place, place.root, section, [item])
      if (isNothing(pair.value)) return yield* fill(place, pair, [item])
      if (!isSeq(pair.value)) return
      if (!pair.value.flow) return yield* atEndOfBlock(place, pair.value, item)
      if (pair.value.items.length === 0) yield* asBlock(place, pair, [item])
      yield* atEndOfFlow(place, pair.value, JSON.stringify(item))
    },
  })
}

/** Takes an item out of a section's list. */
export function takeFromList(text: string, section: string, index: number): string {
  return change(text, {
    what: `the list "${section}"`,
    mean: sections => {
      sections[section] = (sections[section] as unknown[]).toSpliced(index, 1)
    },
    *ways(place) {
      const pair = pairOf(place.root, section)
      if (!isSeq(pair?.value)) return
      if (pair.value.flow) yield* outOfFlow(place, pair.value, index)
      else yield* outOfBlock(place, pair, pair.value, index)
    },
  })
}

/**
 * Sets one key of a map. Its other keys stay where they are.
 *
 * @param path From the sections to the key; a number is the place of an item in a list.
 */
export function setKey(
  text: string,
  what: string,
  path: readonly (string | number)[],
  value: string | number | boolean,
  wish: NewKeyWish = {},
): string {
  const key = String(path.at(-1))
  const above = path.slice(0, -1)
  return change(text, {
    what,
    mean: sections => {
      let at = sections as Record<string | number, unknown>
      for (const name of above) at = at[name] as Record<string | number, unknown>
      at[key] = value
    },
    *ways(place) {
      const map = mapAt(place.root, above)
      const pair = pairOf(map, key)
      if (!pair) return yield* newPair(place, map, key, value, wish)
      if (isNothing(pair.value)) return yield* fill(place, pair, value)
      const [from, end] = rangeOf(pair.value)
      // A text in lines of its own ends with its last newline.
      const to = from + place.text.slice(from, end).trimEnd().length
      yield [{ from, to, put: scalarText(value) }]
    },
  })
}

function mapAt(root: YAMLMap | null, path: readonly (string | number)[]): YAMLMap | null {
  let at: unknown = root
  for (const name of path)
    at =
      typeof name === 'number' ? isSeq(at) && at.items[name] : isMap(at) && pairOf(at, name)?.value
  return isMap(at) ? at : null
}

/** Adds a section, or fills one that has nothing in it. */
export function setSectionValue(text: string, section: string, value: object): string {
  return change(text, {
    what: `the section "${section}"`,
    mean: sections => {
      sections[section] = plain(value)
    },
    *ways(place) {
      const pair = pairOf(place.root, section)
      if (!pair) yield* newPair(place, place.root, section, value)
      else if (isNothing(pair.value)) yield* fill(place, pair, value)
      else if (isMap(pair.value) && pair.value.items.length === 0)
        yield* atEndOfFlow(place, pair.value, inBraces(value))
    },
  })
}

// As it is read back.
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown
