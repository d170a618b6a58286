import { useEffect } from 'react'
import { type Build, type BuildId, bridge } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'
import { useTimeline } from '../store/timeline.ts'
import { personName } from '../ui/format.ts'
import { keepOrder } from './tint.ts'

/** Who wrote the changes of builds. */
export interface Authors {
  /** Of all that were seen while the window is open: the order of their colours. */
  readonly names: readonly string[]
  readonly of: ReadonlyMap<BuildId, readonly string[]>
}

const known = createCell<Authors>({ names: [], of: new Map() })
const asked = new Set<BuildId>()
/** What the waterfall holds by now. */
let held: readonly Build[] = []
/** As many as may be asked for at once. */
const MOST = 2000

/** The authors of the builds that the waterfall holds: those that came with a stretch are asked for together. */
export function useAuthors(wanted: boolean): Authors {
  const { builds } = useTimeline()
  useEffect(() => {
    if (wanted) learnAuthors(builds)
  }, [wanted, builds])
  return useCell(known)
}

export const readAuthors = known.read

/** Has it told who wrote the changes of each of these. */
export function learnAuthors(builds: readonly Build[]): void {
  held = builds
  const { of } = known.read()
  const missing = builds.map(({ id }) => id).filter(id => !of.has(id) && !asked.has(id))
  for (let at = 0; at < missing.length; at += MOST) void ask(missing.slice(at, at + MOST))
}

async function ask(ids: BuildId[]) {
  for (const id of ids) asked.add(id)
  const found = await bridge.request('history:authors', ids).catch(() => null)
  for (const id of ids) asked.delete(id)
  // What comes next asks again.
  if (!found) return
  const rows = Map.groupBy(found, ({ buildId }) => buildId)
  // One person may have several addresses.
  const authorsOf = (id: BuildId) => [
    ...new Set((rows.get(id) ?? []).map(({ who }) => personName(who))),
  ]
  const fresh = ids.map(id => [id, authorsOf(id)] as const)
  const { names, of } = known.read()
  // Stretches that were let go take what is known of them along.
  const kept = new Set(held.map(({ id }) => id))
  known.write({
    names: keepOrder(
      names,
      fresh.map(([, [only, second]]) => (second === undefined ? (only ?? null) : null)),
    ),
    of: new Map([...[...of].filter(([id]) => kept.has(id)), ...fresh]),
  })
}
