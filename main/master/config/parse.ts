import { readFileSync, statSync } from 'node:fs'
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import { beyond } from '../extent.ts'
import { buildConfig } from './build.ts'
import type { Config } from './model.ts'
import type { ConfigProblem } from './status.ts'

export type Path = readonly (string | number)[]

/** Collects what is wrong, with the place in the file. */
export interface Problems {
  add(path: Path, reason: string): void
  /** Accepted, but without effect in this version. */
  notice(path: Path, reason: string): void
}

export type ParsedConfig =
  | {
      readonly config: Config
      readonly problems: readonly []
      readonly notices: readonly ConfigProblem[]
    }
  | {
      readonly config: undefined
      readonly problems: readonly ConfigProblem[]
      readonly notices: readonly ConfigProblem[]
    }

/**
 * Reads a configuration file. A file that can't be read is a problem like any other.
 *
 * @param as The file for which this one stands: problems name it, and relative paths begin at it.
 */
export function loadConfig(
  file: string,
  as: string = file,
  forgive?: Forgive,
): ParsedConfig & { readonly text: string } {
  let text = ''
  try {
    // Before it is read: it may be the wrong file, of any size.
    if (statSync(file).size > LARGEST_BYTES) return { ...tooLarge(as), text }
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = explainReadError(error as NodeJS.ErrnoException)
    const problem = { file: as, line: null, key: '', reason }
    return { config: undefined, problems: [problem], notices: [], text }
  }
  return { ...parseConfig(text, as, forgive), text }
}

/** Faults for which a part is left out instead of the whole configuration. */
type Forgive = (problem: ConfigProblem) => boolean

/** Checks a configuration whole: all its faults are told, not only the first. */
export function parseConfig(
  text: string,
  file: string,
  forgive: Forgive = () => false,
): ParsedConfig {
  if (Buffer.byteLength(text) > LARGEST_BYTES) return tooLarge(file)
  const lines = new LineCounter()
  const document = readYaml(text, lines)
  if (!document) return ofWhole(file, 'is nested too deeply to be read')
  const found: ConfigProblem[] = []
  const notices: ConfigProblem[] = []
  const tellOfText = teller(found, file)
  for (const { pos, message } of [...document.errors, ...twinKeys(document)]) {
    const { line } = lines.linePos(pos[0])
    tellOfText(`${line} ${message}`, () => ({
      file,
      line,
      key: '',
      reason: `not YAML: ${message}`,
    }))
  }
  if (found.length > 0) return { config: undefined, problems: found, notices }

  const tellTo = (list: ConfigProblem[]) => {
    const tell = teller(list, file)
    return (path: Path, reason: string) => {
      const key = describePath(path)
      tell(`${key} ${reason}`, () => ({ file, line: lineOf(document, lines, path), key, reason }))
    }
  }
  const problems: Problems = { add: tellTo(found), notice: tellTo(notices) }
  let plain: unknown
  try {
    plain = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {}
  } catch (error) {
    const { message } = error as Error
    problems.add(
      [],
      /^Excessive alias/.test(message)
        ? 'aliases (*name) stand for other aliases so often that they unfold without end; write these parts out'
        : // Aliases that point nowhere.
          message,
    )
    return { config: undefined, problems: found, notices }
  }
  const wrong = beyond(plain, EXTENT)
  if (wrong) return ofWhole(file, `${wrong}, with its aliases (*name) unfolded`)
  const config = buildConfig(plain, file, problems)
  if (!config || !found.every(forgive))
    return {
      config: undefined,
      problems: found.sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity)),
      notices,
    }
  return { config, problems: [], notices }
}

// A desk of 2,000 builders has a fifth of it. The file is read on the master's thread whenever it is saved.
const LARGEST_BYTES = 1024 * 1024
const MOST_ALIASES = 10_000
const EXTENT = { depth: 64, values: 500_000 }

// A file that is nothing but faults has told enough with these.
const MOST_TOLD = 200

// Puts a problem on the list once, and says so when there are too many.
function teller(list: ConfigProblem[], file: string) {
  const told = new Set<string>()
  return (which: string, problem: () => ConfigProblem) => {
    if (told.has(which) || told.size > MOST_TOLD) return
    told.add(which)
    list.push(
      told.size <= MOST_TOLD
        ? problem()
        : { file, line: null, key: '', reason: 'there are more faults than these' },
    )
  }
}

// The reader's own look for twins compares each key with each other one.
function twinKeys(document: Document): { pos: [number]; message: string }[] {
  const found: { pos: [number]; message: string }[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value))
          found.push({ pos: [key.range![0]], message: 'Map keys must be unique' })
        seen.add(key.value)
      }
    },
  })
  return found
}

function readYaml(text: string, lineCounter: LineCounter): Document | undefined {
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false })
    // Its reader goes down by recursion, and takes the end of the stack for a fault of the text.
    return document.errors.some(error => /call stack/.test(error.message)) ? undefined : document
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function tooLarge(file: string): ParsedConfig {
  return ofWhole(
    file,
    `is larger than ${LARGEST_BYTES / 1024 ** 2} MB, and so hardly a configuration; is it the right file?`,
  )
}

function ofWhole(file: string, reason: string): ParsedConfig {
  return { config: undefined, problems: [{ file, line: null, key: '', reason }], notices: [] }
}

/** `builders[0].steps[2].timeout` */
export function describePath(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('')
}

// The line of the key or item at `path`, or of the nearest thing above it that is in the file.
function lineOf(document: Document, lines: LineCounter, path: Path): number | null {
  let node: unknown = document.contents
  let found: Node | undefined = isNode(node) ? node : undefined
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        item => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      )
      if (!pair) break
      if (isNode(pair.key)) found = pair.key
      node = pair.value
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part]
      if (isNode(node)) found = node
    } else break
  }
  return found?.range ? lines.linePos(found.range[0]).line : null
}

function explainReadError(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such file'
  if (error.code === 'EISDIR') return 'this is a folder, not a file'
  if (error.code === 'EACCES') return 'it may not be read by this user'
  return error.message
}
