/** Kinds of what is marked beside builds and changes; each can be switched off. The weightier first. */
export const MARK_KINDS = ['releases', 'app', 'configuration', 'sleep', 'slaves', 'other'] as const

export type MarkKind = (typeof MARK_KINDS)[number]

export const MARK_NAMES: Readonly<Record<MarkKind, string>> = {
  releases: 'Releases',
  app: 'Starts and updates of Triphammer',
  configuration: 'Changes of the configuration',
  sleep: 'Sleep of the machine',
  slaves: 'Slaves',
  other: 'Branches, bisects, backups and monitors',
}

/** What an address or what was kept names; anything else is as good as not said. */
export function markKindsIn(value: unknown): readonly MarkKind[] {
  return Array.isArray(value) ? MARK_KINDS.filter(kind => value.includes(kind)) : []
}

/** The kind of an event. */
export function markKindOf(kind: string): MarkKind {
  return KINDS.find(([pattern]) => pattern.test(kind))?.[1] ?? 'other'
}

const KINDS: readonly (readonly [RegExp, MarkKind])[] = [
  [/^tag-/, 'releases'],
  [/^(app|master)-|^history-upgraded$/, 'app'],
  [/^config-/, 'configuration'],
  [/^machine-/, 'sleep'],
  [/^slave-/, 'slaves'],
]
