import { type Document, isMap, isSeq, parseDocument, stringify, type YAMLSeq } from 'yaml'
import type { Draft, DraftStep } from '../detect/proposal.ts'
import { parseConfig } from './parse.ts'

export const NEW_FILE = `# What is built on this desk. The app writes here when you add a repository, and keeps
# your own words; "triphammer schema" prints what may stand here.
`

/**
 * The text of master.yml with a project, a builder and a scheduler added. What
 * was there stays as it is, to the letter: new lines are put in between.
 *
 * @throws Error when the text is no YAML, or a section is not a list.
 */
export function addDraft(text: string, draft: Draft): string {
  const { project: name, repository } = draft
  let next = text.trim() === '' ? NEW_FILE : text
  if (!hasProject(next, name)) next = addItem(next, 'projects', { name, repository })
  next = addItem(next, 'builders', builderOf(draft))
  return schedulersFor(text, draft).reduce((so, one) => addItem(so, 'schedulers', one), next)
}

/**
 * The text of master.yml with some keys of a section set. All else stays, to the letter.
 *
 * @throws Error when the text is no YAML, or the section is not a map.
 */
export function setSection(
  text: string,
  section: string,
  values: Readonly<Record<string, string | number | boolean>>,
): string {
  return Object.entries(values).reduce(
    (so, [key, value]) => setKey(so, section, key, value),
    text.trim() === '' ? NEW_FILE : text,
  )
}

/** Lines of `after` that are not in `before`, counted from 0. Holds for insertions, which is all that we make. */
export function addedLines(before: string, after: string): number[] {
  const old = before.split('\n')
  let at = 0
  return after.split('\n').flatMap((line, number) => {
    if (line === old[at]) {
      at++
      return []
    }
    return line.trim() === '' ? [] : [number]
  })
}

export function readDocument(text: string): Document {
  const document = parseDocument(text, { prettyErrors: false })
  if (document.errors.length > 0)
    throw new Error(
      `master.yml can't be read as YAML (${document.errors[0]!.message}). Mend it first.`,
    )
  if (document.contents !== null && !isMap(document.contents))
    throw new Error('master.yml is not a map of sections. Mend it first.')
  return document
}

function hasProject(text: string, name: string): boolean {
  const projects = readDocument(text).get('projects')
  return isSeq(projects) && projects.items.some(item => isMap(item) && item.get('name') === name)
}

// Adds one item at the end of a section's list, in the place and with the indent that the list has.
export function addItem(text: string, section: string, item: object): string {
  const document = readDocument(text)
  const list = document.get(section)
  if (!document.has(section)) return `${text.replace(/\n*$/, '\n')}${section}:\n${block(item, 2)}`
  if (list === null || list === undefined) return addAfterKey(text, section, item)
  if (!isSeq(list)) throw new Error(`"${section}" of master.yml is not a list. Mend it first.`)
  if (list.flow) return addToFlow(text, list, item)
  const [start] = list.range!
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1)
  const last = (list.items.at(-1) as { range?: [number, number, number] | null }).range![1]
  const end = endOfLine(text, last - 1)
  return `${text.slice(0, end)}${text[end - 1] === '\n' ? '' : '\n'}${block(item, indent)}${text.slice(end)}`
}

function setKey(text: string, section: string, key: string, value: string | number | boolean) {
  const document = readDocument(text)
  const map = document.get(section)
  const line = (indent: number) => `${' '.repeat(indent)}${key}: ${value}\n`
  if (!document.has(section)) return `${text.replace(/\n*$/, '\n')}${section}:\n${line(2)}`
  if (map === null || map === undefined) {
    const head = new RegExp(`^(["']?)${section}\\1\\s*:.*$`, 'm').exec(text)!
    return insertLine(text, head.index + head[0].length, line(2))
  }
  if (!isMap(map)) throw new Error(`"${section}" of master.yml is not a map. Mend it first.`)
  const [start, end] = map.range!
  const there = (map.get(key, true) as { range?: [number, number, number] | null } | undefined)
    ?.range
  if (there) return `${text.slice(0, there[0])}${value}${text.slice(there[1])}`
  if (map.flow) {
    const close = text.lastIndexOf('}', end - 1)
    const before = text.slice(0, close).replace(/,?\s*$/, '')
    const comma = map.items.length > 0 ? ', ' : ' '
    return `${before}${comma}${key}: ${value} ${text.slice(close)}`
  }
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1)
  const last = (map.items.at(-1)!.value as { range?: [number, number, number] | null } | null)
    ?.range
  return insertLine(text, (last?.[1] ?? end) - 1, line(indent))
}

// After the line in which `at` is.
function insertLine(text: string, at: number, line: string): string {
  const end = endOfLine(text, at)
  return `${text.slice(0, end)}${text[end - 1] === '\n' ? '' : '\n'}${line}${text.slice(end)}`
}

// `projects:` with nothing below it.
function addAfterKey(text: string, section: string, item: object): string {
  const key = new RegExp(`^(["']?)${section}\\1\\s*:.*$`, 'm').exec(text)!
  const end = endOfLine(text, key.index + key[0].length)
  return `${text.slice(0, end)}${text[end - 1] === '\n' ? '' : '\n'}${block(item, 2)}${text.slice(end)}`
}

// `[a, b]`: an empty list becomes a block, another one grows by an item in braces.
function addToFlow(text: string, list: YAMLSeq, item: object): string {
  const [start, end] = list.range!
  if (list.items.length === 0)
    return `${text.slice(0, start)}\n${block(item, 2).trimEnd()}${text.slice(end)}`
  const close = text.lastIndexOf(']', end - 1)
  const before = text.slice(0, close).replace(/,?\s*$/, '')
  return `${before}, ${JSON.stringify(item)}${text.slice(close)}`
}

function block(item: object, indent: number): string {
  return stringify([item], { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map(line => `${' '.repeat(indent)}${line}\n`)
    .join('')
}

// Just after the newline that ends the line of `at`.
export function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at)
  return newline < 0 ? text.length : newline + 1
}

function builderOf({ builder: name, project, slaves, steps }: Draft): object {
  return {
    name,
    project,
    ...(slaves.length > 0 && { slaves }),
    steps: steps.map(stepOf),
  }
}

function stepOf({ kind, name, text, warnOnly, workdir, program, env }: DraftStep): unknown {
  if (kind === 'git') return name === 'git' ? 'git' : { git: true, name }
  const flags = warnOnly ? { flunkOnFailure: false, warnOnFailure: true, haltOnFailure: false } : {}
  const value =
    kind === 'upload' && text.includes('\n')
      ? text.split('\n')
      : program && kind !== 'upload'
        ? [...program, text]
        : text
  return {
    [kind]: value,
    ...(name !== kind && (program !== undefined || name !== text) && { name }),
    ...(workdir && { workdir }),
    ...(env && { env }),
    ...flags,
  }
}

// A project without schedulers has one of its own, until one of its builders is named by another:
// then it is written down for the builders that it had.
function schedulersFor(text: string, draft: Draft): object[] {
  const { project } = draft
  const { config } = parseConfig(text, 'master.yml')
  const names = new Set(config?.schedulers.map(scheduler => scheduler.name))
  const own = config?.builders.filter(builder => builder.project === project) ?? []
  const written = readDocument(text).toJS() as { schedulers?: unknown[] } | null
  const implicit = config?.schedulers.slice(written?.schedulers?.length ?? 0)
  const its = implicit?.find(({ builders }) => own.some(one => builders.includes(one.name)))
  if (its && draft.start === 'anyBranch') return []
  const added = schedulerOf(draft, names)
  if (!its) return [added]
  return [{ name: its.name, kind: 'anyBranch', builders: its.builders }, added]
}

function schedulerOf({ builder, start, branch }: Draft, taken: ReadonlySet<string>): object {
  const builders = [builder]
  const called = (name: string) => {
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${name} ${n}`
      if (!taken.has(candidate)) return candidate
    }
  }
  if (start === 'force') return { name: called(`${builder} by hand`), kind: 'force', builders }
  const name = called(`${builder} on change`)
  if (start === 'ownBranch' && branch !== null)
    return { name, kind: 'singleBranch', branch, treeStableTimer: '2s', builders }
  return { name, kind: 'anyBranch', treeStableTimer: '2s', builders }
}
