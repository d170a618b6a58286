import type { Environment, EnvironmentFact } from '../bridge.ts'

/** A fact of two builds side by side; `undefined` where a build does not have it. */
export interface FactPair extends Pick<EnvironmentFact, 'group' | 'step' | 'name'> {
  readonly a: EnvironmentFact['value'] | undefined
  readonly b: EnvironmentFact['value'] | undefined
  /** `null`: of two secrets that can't be told. */
  readonly same: boolean | null
}

const ORDER: readonly EnvironmentFact['group'][] = ['machine', 'tools', 'slave', 'builder', 'step']

/** The facts of two environments, by group, in the order of the first; then those that only the second has. */
export function environmentRows(a: Environment, b: Environment): FactPair[] {
  const [tools, otherTools] = [toolsOf(a), toolsOf(b)]
  // A slave that has just attached is still looking for its tools: that is no difference.
  const lookedInBoth = (tools === '') === (otherTools === '')
  const rows = pairs(a, b).filter(row => lookedInBoth || row.group !== 'tools')
  if (!lookedInBoth)
    rows.push({
      ...{ group: 'tools', name: 'versions', same: null },
      ...{ a: tools || NOT_LOOKED, b: otherTools || NOT_LOOKED },
    })
  return rows.sort((one, other) => ORDER.indexOf(one.group) - ORDER.indexOf(other.group))
}

const NOT_LOOKED = 'not known: the slave had not looked yet'

function toolsOf({ facts }: Environment): string {
  const tools = facts.filter(fact => fact.group === 'tools')
  return tools.map(({ name, value }) => `${name} ${value}`).join(', ')
}

function pairs(a: Environment, b: Environment): FactPair[] {
  const others = new Map(b.facts.map(fact => [keyOf(fact), fact]))
  const own = new Set(a.facts.map(keyOf))
  return [
    ...a.facts.map(fact => pair(fact, fact, others.get(keyOf(fact)))),
    ...b.facts.filter(fact => !own.has(keyOf(fact))).map(fact => pair(fact, undefined, fact)),
  ]
}

function pair(
  { group, step, name }: EnvironmentFact,
  one: EnvironmentFact | undefined,
  other: EnvironmentFact | undefined,
): FactPair {
  const [a, b] = [one?.value, other?.value]
  return { group, ...(step !== undefined && { step }), name, a, b, same: isSame(a, b) }
}

function isSame(a: FactPair['a'], b: FactPair['b']): boolean | null {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b
  const [key, otherKey] = [keyNameOf(a.mark), keyNameOf(b.mark)]
  // Marks that were made with two keys differ whatever they stand for.
  return key === undefined || key !== otherKey ? null : a.mark === b.mark
}

function keyNameOf(mark: string | null): string | undefined {
  return mark?.split(':')[0]
}

function keyOf({ group, step, name }: EnvironmentFact): string {
  return `${group}\0${step ?? ''}\0${name}`
}
