import type { BuildRequest } from '../model.ts'

/**
 * Whether `newer` covers `older`, so that one build serves both: the same
 * source, and either the same revision or both made by changes, of which the
 * newer revision holds the older. As Buildbot does it.
 *
 * @param olderChanged Whether changes led to the older request.
 * @param newerChanged The same of the newer one.
 */
export function canCollapse(
  older: BuildRequest,
  olderChanged: boolean,
  newer: BuildRequest,
  newerChanged: boolean,
): boolean {
  const a = older.sourcestamp
  const b = newer.sourcestamp
  if (a.project !== b.project || a.repository !== b.repository || a.branch !== b.branch)
    return false
  return a.revision === b.revision || (olderChanged && newerChanged)
}
