import type { Data } from '../../master/data/data.ts'
import type { Build, Builder } from '../../master/model.ts'

/** How a builder stands, for those who look from outside. */
export interface ToldStanding {
  readonly builder: Builder
  /** The newest build that says something about the code; `null` when there is none. */
  readonly last: Build | null
  readonly running: boolean
}

export function standingsOf(data: Data, builders: readonly Builder[]): readonly ToldStanding[] {
  const building = new Set(data.runningBuilds().map(build => build.builderId))
  return builders.map(builder => ({
    builder,
    last: data.lastTellingBuild(builder.id) ?? null,
    running: building.has(builder.id),
  }))
}
