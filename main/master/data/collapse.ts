import type { BuildRequest, Properties } from '../model.ts'
import { RETRY_SCHEDULER } from '../results.ts'

/** The scheduler of what a person asked for by hand. */
export const FORCE_SCHEDULER = 'force'
const BY_HAND = [FORCE_SCHEDULER, RETRY_SCHEDULER]
/** The source of properties that a person gave with a forced build. */
export const FORCE_FORM = 'Force Build Form'
/**
 * What makes a request of a configured force scheduler known as one by hand, whatever that scheduler
 * is called and whether it still is configured. Buildbot has it under the same name and source.
 */
export const FORCE_REASON = { name: 'reason', source: FORCE_FORM } as const

export interface Collapsible {
  readonly request: Pick<BuildRequest, 'sourcestamp' | 'scheduler'>
  /** Whether changes led to it. */
  readonly changed: boolean
  /** Those that its scheduler gave it. */
  readonly properties: Properties
}

/**
 * Whether `newer` covers `older`, so that one build serves both: the same
 * source and properties, and either the same revision or both made by changes,
 * of which the newer revision holds the older. As Buildbot does it, but for what
 * a person asked for: that is not to vanish into another build.
 */
export function canCollapse(older: Collapsible, newer: Collapsible): boolean {
  if (BY_HAND.includes(older.request.scheduler)) return false
  if (older.properties[FORCE_REASON.name]?.source === FORCE_REASON.source) return false
  const a = older.request.sourcestamp
  const b = newer.request.sourcestamp
  if (a.project !== b.project || a.repository !== b.repository || a.branch !== b.branch)
    return false
  if (a.revision !== b.revision && !(older.changed && newer.changed)) return false
  return sameValues(older.properties, newer.properties)
}

function sameValues(a: Properties, b: Properties): boolean {
  const values = (properties: Properties) =>
    JSON.stringify(
      Object.entries(properties)
        .map(([name, { value }]) => [name, value])
        .sort(),
    )
  return values(a) === values(b)
}
