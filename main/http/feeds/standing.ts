import type { Data } from '../../master/data/data.ts'
import type { Build, Builder } from '../../master/model.ts'
import { BISECT_SCHEDULER, TELLING_RESULTS } from '../../master/results.ts'

/** How a builder stands, for those who look from outside. */
export interface Standing {
  readonly builder: Builder
  /** The newest build that says something about the code; `null` when there is none. */
  readonly last: Build | null
  readonly running: boolean
}

/** A builder of which so many builds in a row were stopped says nothing. */
const LOOKED_AT = 50

export function standingsOf(data: Data, builders: readonly Builder[]): readonly Standing[] {
  const building = new Set(data.runningBuilds().map(build => build.builderId))
  return builders.map(builder => ({
    builder,
    last: data.lastFinishedBuilds(builder.id, LOOKED_AT).find(tells) ?? null,
    running: building.has(builder.id),
  }))
}

function tells({ results, scheduler }: Build): boolean {
  return results !== null && TELLING_RESULTS.includes(results) && scheduler !== BISECT_SCHEDULER
}
