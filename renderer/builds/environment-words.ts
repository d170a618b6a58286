import type { EnvironmentFact } from '../bridge.ts'

/** What a group of facts is called. */
export function groupName({ group, step }: Pick<EnvironmentFact, 'group' | 'step'>): string {
  switch (group) {
    case 'machine':
      return 'Machine and slave'
    case 'tools':
      return 'Tools'
    case 'slave':
      return 'Variables of the slave'
    case 'builder':
      return 'Variables of the builder'
    case 'step':
      return `Variables of step ${step}`
  }
}

/** What is shown of a fact. */
export function valueText({ value }: EnvironmentFact): string {
  return typeof value === 'string' ? value : 'hidden'
}

/** Facts by their groups, in the order in which they come. */
export function grouped<T extends Pick<EnvironmentFact, 'group' | 'step'>>(
  facts: readonly T[],
): { readonly name: string; readonly facts: readonly T[] }[] {
  return [...Map.groupBy(facts, groupName)].map(([name, own]) => ({ name, facts: own }))
}
