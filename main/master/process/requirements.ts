import semver from 'semver'
import { didYouMean } from '../config/nearest.ts'
import type { SlaveFacts } from '../slaves/facts.ts'

/** What a builder asks of a slave: `node` to be `>=20`. Its text has been read once without fault. */
export interface Requirement {
  readonly key: string
  readonly wanted: string
}

/** A requirement that a slave does not meet. `has` is `null` when it lacks it or does not tell. */
export interface Unmet extends Requirement {
  readonly has: string | null
}

/** The programs for which our slaves look, and that a builder can ask for. */
export const TOOLS = [
  'git',
  'node',
  'npm',
  'python',
  'gcc',
  'clang',
  'cmake',
  'make',
  'go',
  'cargo',
  'rustc',
  'java',
  'docker',
] as const

type Kind = 'word' | 'version' | 'count' | 'bytes'
const KINDS: Readonly<Record<string, Kind>> = {
  os: 'word',
  distro: 'word',
  osVersion: 'version',
  arch: 'word',
  cpus: 'count',
  memory: 'bytes',
  disk: 'bytes',
  ...Object.fromEntries(TOOLS.map(tool => [tool, 'version'] as const)),
}

const COMPARISON = /^(>=|<=|>|<|=)?\s*(\d+(?:\.\d+)?)\s*([a-z]*)$/i
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** What is wrong with a requirement as a person wrote it; `undefined` when nothing is. */
export function findBadRequirement(key: string, value: unknown): string | undefined {
  const kind = Object.hasOwn(KINDS, key) ? KINDS[key]! : undefined
  if (!kind) {
    const known = Object.keys(KINDS)
    return `is nothing that a slave tells${didYouMean(key, known) || `; known are ${known.join(', ')}`}`
  }
  const wanted = wordsOf(value)
  if (value === false)
    return 'can only be asked for; "true" stands for any version, and a slave that lacks it can be left out with "slaves" or "slaveTags"'
  switch (kind) {
    case 'word':
      return /^[\w.-]+(\s*\|\|\s*[\w.-]+)*$/.test(wanted) && value !== true
        ? undefined
        : `"${wanted}" can't be read; write one word, or several with "||" between them`
    case 'version':
      return semver.validRange(rangeOf(wanted)) !== null
        ? undefined
        : `"${wanted}" is not a range of versions; write one such as ">=20", "20.x" or ">=3.9 <4"`
    case 'count':
      return parseComparison(wanted)?.unit === ''
        ? undefined
        : `"${wanted}" is not a number to compare with; write one such as ">=4"`
    case 'bytes':
      return Object.hasOwn(UNITS, parseComparison(wanted)?.unit ?? '?')
        ? undefined
        : `"${wanted}" is not a size to compare with; write one such as ">=8GB"`
  }
}

/** A requirement whose text has been found good. */
export function toRequirement(key: string, value: unknown): Requirement {
  return { key, wanted: wordsOf(value) }
}

/** What of `requirements` a slave does not meet. */
export function unmetBy(requirements: readonly Requirement[], facts: SlaveFacts): Unmet[] {
  return requirements.flatMap(one => {
    const has = factFor(facts, one.key)
    if (has !== null && meets(one, has)) return []
    return [{ ...one, has: has === null ? null : describeValue(one.key, has) }]
  })
}

/** `node >=20`; `any docker` where the version does not matter. */
export function describeRequirement({ key, wanted }: Requirement): string {
  return wanted === 'true' || wanted === '*' ? `any ${key}` : `${key} ${wanted}`
}

function meets({ key, wanted }: Requirement, has: string | number): boolean {
  switch (KINDS[key]) {
    case 'word':
      return wanted
        .toLowerCase()
        .split('||')
        .some(word => word.trim() === String(has).toLowerCase())
    case 'version': {
      const version = semver.coerce(String(has))
      return (
        version !== null && semver.satisfies(version, rangeOf(wanted), { includePrerelease: true })
      )
    }
    case 'count':
    case 'bytes': {
      const { operator, amount, unit } = parseComparison(wanted)!
      return compare(Number(has), operator, amount * UNITS[unit]!)
    }
    default:
      return false
  }
}

function factFor(facts: SlaveFacts, key: string): string | number | null {
  switch (key) {
    case 'os':
    case 'distro':
    case 'osVersion':
    case 'arch':
    case 'cpus':
      return facts[key]
    case 'memory':
      return facts.memoryBytes
    case 'disk':
      return facts.diskFreeBytes
    default:
      return facts.tools?.[key] ?? null
  }
}

function describeValue(key: string, value: string | number): string {
  return KINDS[key] === 'bytes' ? `${(Number(value) / 1e9).toFixed(1)}GB` : String(value)
}

function compare(has: number, operator: string, wanted: number): boolean {
  switch (operator) {
    case '>':
      return has > wanted
    case '<':
      return has < wanted
    case '<=':
      return has <= wanted
    case '=':
      return has === wanted
    default:
      return has >= wanted
  }
}

// A bare number asks for so much or more.
function parseComparison(text: string) {
  const match = COMPARISON.exec(text.trim())
  if (!match) return undefined
  const [, operator = '>=', amount, unit] = match
  return { operator, amount: Number(amount), unit: unit!.toLowerCase() }
}

function rangeOf(wanted: string): string {
  return wanted === 'true' ? '*' : wanted
}

function wordsOf(value: unknown): string {
  return String(value).trim()
}
