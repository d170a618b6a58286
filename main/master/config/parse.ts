import { readFileSync } from 'node:fs'
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
} from 'yaml'
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
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const found: ConfigProblem[] = []
  const notices: ConfigProblem[] = []
  for (const error of document.errors)
    found.push({
      file,
      line: lines.linePos(error.pos[0]).line,
      key: '',
      reason: `not YAML: ${error.message}`,
    })
  if (found.length > 0) return { config: undefined, problems: found, notices }

  const at = (path: Path, reason: string): ConfigProblem => ({
    file,
    line: lineOf(document, lines, path),
    key: describePath(path),
    reason,
  })
  // A problem is told once, at its place.
  const add = (list: ConfigProblem[]) => (path: Path, reason: string) => {
    const problem = at(path, reason)
    if (!list.some(one => one.key === problem.key && one.reason === reason)) list.push(problem)
  }
  const problems: Problems = { add: add(found), notice: add(notices) }
  let plain: unknown
  try {
    plain = document.toJS() ?? {}
  } catch (error) {
    // Aliases that point nowhere, or that grow without end.
    problems.add([], (error as Error).message)
    return { config: undefined, problems: found, notices }
  }
  const config = buildConfig(plain, file, problems)
  if (!config || !found.every(forgive))
    return {
      config: undefined,
      problems: found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
      notices,
    }
  return { config, problems: [], notices }
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
