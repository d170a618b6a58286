/** A map of a workflow. */
export type Fields = Readonly<Record<string, unknown>>

/** Whoever wrote the file may have put anything anywhere. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {}
}

/** The variables of a step. */
export interface Env {
  readonly set: Readonly<Record<string, string>>
  /** Names whose values only that host knows. */
  readonly unknown: ReadonlySet<string>
}

/** Joins variables; those of a later level stand for those of an earlier one. */
export function envOf(...levels: readonly unknown[]): Env {
  let set: Record<string, string> = {}
  const unknown = new Set<string>()
  for (const level of levels) {
    if (isEnv(level)) {
      set = { ...set, ...level.set }
      for (const name of level.unknown) unknown.add(name)
      continue
    }
    for (const [name, value] of Object.entries(fieldsOf(level))) {
      const known = /^(?:string|number|boolean)$/.test(typeof value) && !/\$/.test(String(value))
      unknown.delete(name)
      delete set[name]
      if (known && /^[A-Za-z_]\w*$/.test(name)) set[name] = String(value)
      else unknown.add(name)
    }
  }
  return { set, unknown }
}

const isEnv = (value: unknown): value is Env => fieldsOf(value).unknown instanceof Set
/** Why an expression in a text has no value here. In words that follow "it". */
export function expressionIn(text: string): string | undefined {
  const inside = /\$\{\{([\s\S]*?)\}\}/.exec(text)?.[1]
  if (inside === undefined)
    return text.includes('${{') ? 'has an expression of that host' : undefined
  const secret = /\bsecrets\.(\w+)/.exec(inside)?.[1]
  if (secret) return `needs the secret ${secret}`
  if (/\bmatrix\b/.test(inside)) return `differs with ${oneLine(inside.trim())}`
  return `uses ${oneLine(inside.trim())}, which only that host knows`
}

/**
 * The secret that a step is given for itself alone: most likely it does something with it, such as a deployment. What a
 * workflow or job sets for all of its steps says nothing of one of them. In words that follow "it".
 */
export function secretIn(env: unknown): string | undefined {
  const value = Object.values(fieldsOf(env)).find(one => /\$\{\{[^}]*\bsecrets\b/.test(String(one)))
  return value === undefined ? undefined : expressionIn(String(value))
}

const HOST_VARIABLE =
  /\b(?:GITHUB|RUNNER|ACTIONS|AGENT|GITLAB|CIRCLE|TRAVIS|APPVEYOR|BUILDKITE)_[A-Z]\w*\b|\bCI_[A-Z]\w*\b|\bImageOS\b/

/** Why a variable in a text has no value here. In words that follow "it". */
export function hostVariableIn(text: string): string | undefined {
  const name = HOST_VARIABLE.exec(text)?.[0]
  return name && `uses ${name}, which only that host sets`
}

const USUAL_VARIABLES = new Set(
  'HOME PATH PWD OLDPWD USER LOGNAME SHELL LANG TERM CI IFS RANDOM SECONDS LINENO HOSTNAME OSTYPE MACHTYPE PPID UID EUID BASHPID SHLVL PIPESTATUS BASH_SOURCE FUNCNAME REPLY OPTARG OPTIND BASH_VERSION'.split(
    ' ',
  ),
)

/** As `hostVariableIn`: one that nothing sets would be empty here, and "$DIR/*" the root of the file system. */
export function variableIn(text: string, { set, unknown }: Env): string | undefined {
  if (/(?:^|[\s;&|])(?:source|\.)\s+\S/m.test(text)) return undefined
  const shown = text.replace(/\\.|'[^'\n]*'/g, '')
  for (const [, name] of shown.matchAll(/\$\{?([A-Za-z_]\w*)(?!\w|:?[-+=])/g)) {
    if (unknown.has(name!)) return `uses $${name}, whose value only that host knows`
    if (Object.hasOwn(set, name!) || USUAL_VARIABLES.has(name!)) continue
    if (
      new RegExp(
        `(?:^|[\\s;&|("'])${name}\\+?=|\\b(?:for|read(?:\\s+-\\w+)*|select)\\s[^\\n;]*\\b${name}\\b`,
        'm',
      ).test(text)
    )
      continue
    return `uses $${name}, which nothing sets here`
  }
  return undefined
}
export const isCondition = (value: unknown) =>
  value !== undefined && value !== true && !/^\s*(?:success\(\)|true)\s*$/.test(String(value))

export const condition = (value: unknown) =>
  oneLine(
    String(value)
      .replace(/^\$\{\{|\}\}$/g, '')
      .trim(),
  )
export function oneLine(text: string, longest = 80): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
