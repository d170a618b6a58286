import { isMap, isSeq } from 'yaml'
import type { Draft, DraftStep } from '../detect/proposal.ts'
import { parseConfig } from './parse.ts'
import { addToList, readDocument, setKey, setSectionValue } from './yaml-edit.ts'

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
  if (!hasProject(next, name)) next = addToList(next, 'projects', { name, repository })
  next = addToList(next, 'builders', builderOf(draft))
  return schedulersFor(text, draft).reduce((so, one) => addToList(so, 'schedulers', one), next)
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
  const begun = text.trim() === '' ? NEW_FILE : text
  const map = readDocument(begun).get(section)
  if (map === null || map === undefined || (isMap(map) && map.items.length === 0))
    return setSectionValue(begun, section, values)
  if (!isMap(map)) throw new Error(`"${section}" of master.yml is not a map. Mend it first.`)
  return Object.entries(values).reduce(
    (so, [key, value]) => setKey(so, `the section "${section}"`, [section, key], value),
    begun,
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

function hasProject(text: string, name: string): boolean {
  const projects = readDocument(text).get('projects')
  return isSeq(projects) && projects.items.some(item => isMap(item) && item.get('name') === name)
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
