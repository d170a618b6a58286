import type { Build } from '../bridge.ts'
import { EXCEPTION, FAILURE, WARNINGS } from '../results.ts'

/**
 * The builds of a folded group, as the stretches of time in which any of them ran. Each begins with
 * the worst of its builds.
 *
 * @param builds Newest first.
 */
export function summarize(builds: readonly Build[], now: number): readonly (readonly Build[])[] {
  const stretches: Build[][] = []
  let end = Number.NEGATIVE_INFINITY
  for (const build of [...builds].sort((a, b) => a.startedAt - b.startedAt || a.id - b.id)) {
    if (build.startedAt < end) stretches.at(-1)!.push(build)
    else stretches.push([build])
    end = Math.max(end, build.completeAt ?? now)
  }
  return stretches.reverse().map(own => own.sort((a, b) => weight(b) - weight(a) || b.id - a.id))
}

/** How much a person wants to know of a build: the worst first, then what runs. */
export function weight(build: Pick<Build, 'results'>): number {
  const at = HEAVIEST_LAST.indexOf(build.results)
  return at < 0 ? 0 : at + 1
}

const HEAVIEST_LAST: readonly Build['results'][] = [null, WARNINGS, EXCEPTION, FAILURE]
