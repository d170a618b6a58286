import type { Build } from './model.ts'
import { BISECT_SCHEDULER, isBad, TELLING_RESULTS } from './results.ts'

// How a builder stands: green, red, or not known. Every rail, head, tray, badge and feed takes it from here.

/** What a standing is reckoned from. */
type Told = Pick<Build, 'number' | 'results' | 'scheduler'>

/** How a builder stands. */
export interface Standing<B extends Told = Build> {
  /** The newest build that shows whether the code is good; `null` when there is none. */
  readonly last: B | null
  /** Since when the builder is red; `null` while it is not. */
  readonly red: RedRun<B> | null
}

/** Bad builds in a row, with nothing but untelling builds between them. */
export interface RedRun<B extends Told = Build> {
  /** The build that turned the builder red. */
  readonly first: B
  /** How many bad builds there are. */
  readonly count: number
  /** The build before that passed. Without one nothing was broken: the builder never was green. */
  readonly lastGood: B | null
  /** The build that ended it; `null` while the builder is red. */
  readonly repaired: B | null
}

/**
 * Whether a build shows how its builder stands. A build that was skipped, stopped or is tried again shows
 * nothing of the code, and a build of a bisect shows an old revision.
 */
export function tells({ results, scheduler }: Omit<Told, 'number'>): boolean {
  return results !== null && TELLING_RESULTS.includes(results) && scheduler !== BISECT_SCHEDULER
}

/** @param builds Of one builder, newest first. */
export function standingOf<B extends Told>(builds: readonly B[]): Standing<B> {
  const last = redRuns(builds).at(-1)
  return {
    last: builds.find(tells) ?? null,
    red: last?.repaired === null ? last : null,
  }
}

/**
 * Every time that a builder was red, the oldest first.
 *
 * @param builds Of one builder, newest first.
 */
export function redRuns<B extends Told>(builds: readonly B[]): readonly RedRun<B>[] {
  const runs: RedRun<B>[] = []
  let lastGood: B | null = null
  let first: B | undefined
  let count = 0
  for (const build of builds.filter(tells).reverse()) {
    if (isBad(build.results)) {
      first ??= build
      count++
      continue
    }
    if (first) runs.push({ first, count, lastGood, repaired: build })
    first = undefined
    count = 0
    lastGood = build
  }
  if (first) runs.push({ first, count, lastGood, repaired: null })
  return runs
}
