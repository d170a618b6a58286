import { hazardOf, onlyPrints } from './hazards.ts'

/** A Makefile as far as its text tells: conditions and files that it includes are not followed. */
export interface Makefile {
  readonly targets: ReadonlyMap<string, Target>
  /** What `make` alone makes, when the text tells. */
  readonly goal: string | undefined
  /** Whether targets may stand in other files. */
  readonly includes: boolean
}

interface Target {
  readonly needs: readonly string[]
  readonly recipe: readonly string[]
}

export function readMakefile(text: string): Makefile {
  const targets = new Map<string, { needs: string[]; recipe: string[] }>()
  let open: { needs: string[]; recipe: string[] }[] = []
  let goal: string | undefined
  let named: string | undefined
  let includes = false
  let elsewhere = false
  let defining = false
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    if (defining) {
      defining = !/^\s*endef\b/.test(line)
      continue
    }
    if (line.startsWith('\t')) {
      for (const target of open) target.recipe.push(line.trim())
      continue
    }
    if (/^\s*define\b/.test(line)) {
      defining = true
      continue
    }
    if (/^[ \t]*[-s]?include\s/.test(line)) {
      includes = true
      // The first target may be one of that file.
      elsewhere ||= goal === undefined
    }
    named ??= /^\s*\.DEFAULT_GOAL\s*[:?]?=\s*(\S+)/.exec(line)?.[1]
    const rule = readRule(line)
    if (!rule) {
      // A blank line or a condition leaves a recipe open.
      if (!/^\s*(?:#|$|if|else|endif)/.test(line)) open = []
      continue
    }
    open = []
    for (const name of rule.names) {
      if (name.startsWith('.') || name.includes('%')) continue
      const target = targets.get(name) ?? { needs: [], recipe: [] }
      target.needs.push(...rule.needs)
      if (rule.command) target.recipe.push(rule.command)
      targets.set(name, target)
      open.push(target)
      if (!name.includes('$')) goal ??= name
    }
  }
  return { targets, goal: named ?? (elsewhere ? undefined : goal), includes }
}

// `NAMES : NEEDS ; COMMAND`; a line with a variable before the colon, or an assignment, is none.
function readRule(line: string) {
  const colon = line.indexOf(':')
  if (colon <= 0 || /^[\s#]/.test(line)) return undefined
  const names = line.slice(0, colon)
  const rest = line.slice(colon + 1).replace(/^:/, '')
  if (/[=#]/.test(names) || rest.startsWith('=') || rest.startsWith(':')) return undefined
  const [needs, command] = rest.replace(/#.*$/, '').split(/;(.*)/, 2)
  // What is set for one target only.
  if (needs!.includes('=')) return undefined
  const words = (text: string) => text.split(/\s+/).filter(one => one !== '' && one !== '|')
  return { names: words(names), needs: words(needs!), command: command?.trim() }
}

const HELP = /^(?:help|usage|list|info|targets|default-?help)$/i

/**
 * Why a target can't stand in a proposal: it tests or builds nothing, or does what
 * a proposal must not. In words that follow "it"; `undefined` when it may.
 *
 * @param committed Whether a file of that name is in the repository.
 */
export function whyNotTarget(
  { targets, includes }: Makefile,
  name: string,
  committed: (name: string) => boolean,
): string | undefined {
  const lines: string[] = []
  let works = false
  const seen = new Set<string>()
  const visit = (one: string) => {
    if (seen.has(one)) return
    seen.add(one)
    const target = targets.get(one)
    // Made by a rule that the text alone does not show, unless it is there already.
    if (!target) {
      works ||= !committed(one)
      return
    }
    lines.push(...target.recipe)
    for (const need of target.needs) visit(need)
  }
  const target = targets.get(name)
  if (HELP.test(name) || (target?.recipe.length === 0 && target.needs.some(one => HELP.test(one))))
    return 'only prints a help text'
  visit(name)
  const hazard = hazardOf(lines.map(line => line.replace(/^[-@+\s]+/, '')).join('\n'))
  if (hazard) return hazard
  if (works) return undefined
  if (lines.length === 0) return includes ? undefined : 'does nothing'
  if (lines.every(onlyPrintsLine)) return 'only prints'
  return undefined
}

function onlyPrintsLine(line: string): boolean {
  // The usual ways to print the comments of the Makefile itself.
  return (
    /\bMAKEFILE_LIST\b/.test(line) || /^@?\$\((?:info|warning)\b/.test(line) || onlyPrints(line)
  )
}
