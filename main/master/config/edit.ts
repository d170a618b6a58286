import { type Document, isSeq, parseDocument, YAMLMap, YAMLSeq } from 'yaml'
import type { Draft, DraftStep } from '../detect/proposal.ts'

const NEW_FILE = `# What is built on this desk. The app writes here when you add a repository, and keeps
# your own words; "triphammer schema" prints what may stand here.
`

/**
 * The text of master.yml with a project, a builder and a scheduler added. What
 * was there stays, comments included.
 *
 * @throws Error when the text is no YAML, or a section is not a list.
 */
export function addDraft(text: string, draft: Draft): string {
  const document = parseDocument(text.trim() === '' ? NEW_FILE : text)
  if (document.errors.length > 0)
    throw new Error(
      `master.yml can't be read as YAML (${document.errors[0]!.message}). Mend it first.`,
    )
  if (document.contents === null) document.contents = document.createNode({}) as never
  if (!hasProject(document, draft)) {
    const { project: name, repository } = draft
    append(document, 'projects', { name, repository })
  }
  append(document, 'builders', builderOf(draft))
  const scheduler = schedulerOf(draft)
  append(document, 'schedulers', scheduler)
  return document.toString({ lineWidth: 0 })
}

/** Lines of `after` that are not in `before`, counted from 0. Holds for insertions, which is all that we make. */
export function addedLines(before: string, after: string): number[] {
  const old = before.split('\n')
  let at = 0
  return after.split('\n').flatMap((line, number) => {
    // Blank lines are no sign of where the old text goes on.
    const found = old.indexOf(line, at)
    if (found >= 0 && old.slice(at, found).every(one => one.trim() === '')) {
      at = found + 1
      return []
    }
    return line.trim() === '' ? [] : [number]
  })
}

function hasProject(document: Document, draft: Draft): boolean {
  const projects = document.get('projects')
  return (
    isSeq(projects) &&
    projects.items.some(item => item instanceof YAMLMap && item.get('name') === draft.project)
  )
}

function builderOf({ builder: name, project, slaves, steps }: Draft): object {
  return {
    name,
    project,
    ...(slaves.length > 0 && { slaves }),
    steps: steps.map(stepOf),
  }
}

function stepOf({ kind, name, text, warnOnly }: DraftStep): unknown {
  if (kind === 'git') return name === 'git' ? 'git' : { git: true, name }
  const flags = warnOnly ? { flunkOnFailure: false, warnOnFailure: true, haltOnFailure: false } : {}
  const value = kind === 'upload' && text.includes('\n') ? text.split('\n') : text
  return { [kind]: value, ...(name !== kind && name !== text && { name }), ...flags }
}

function schedulerOf({ builder, start, branch }: Draft): object {
  const builders = [builder]
  if (start === 'force') return { name: `${builder} by hand`, kind: 'force', builders }
  const name = `${builder} on change`
  if (start === 'ownBranch' && branch !== null)
    return { name, kind: 'singleBranch', branch, treeStableTimer: '2s', builders }
  return { name, kind: 'anyBranch', treeStableTimer: '2s', builders }
}

function append(document: Document, section: string, item: object) {
  const list = document.get(section)
  if (list === undefined || list === null) document.set(section, document.createNode([item]))
  else if (isSeq(list)) {
    // A list in brackets could not hold what we add in a readable way.
    if (list instanceof YAMLSeq && list.items.length === 0) list.flow = false
    list.add(document.createNode(item))
  } else throw new Error(`"${section}" of master.yml is not a list. Mend it first.`)
}
