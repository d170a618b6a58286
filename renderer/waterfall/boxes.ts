import type { Build, BuildId } from '../bridge.ts'
import { type Axis, LOWEST_BOX } from './axis.ts'
import type { Box } from './model.ts'

/** The boxes of a column, newest first. Each is made when it is asked for: of thousands, some are in sight. */
export interface Boxes {
  readonly count: number
  readonly all: readonly Box[]
  /** Those that are seen between two places of the axis. */
  within(top: number, bottom: number): readonly Box[]
  of(id: BuildId): Box | undefined
}

/** @param builds Of a column, newest first by their start. */
export function lazyBoxes(
  builds: readonly Build[],
  axis: Axis,
  now: number,
  make: (build: Build) => Box,
): Boxes {
  const made: Box[] = []
  const box = (i: number) => (made[i] ??= make(builds[i]!))
  let longestMs: number | undefined
  return {
    count: builds.length,
    get all() {
      return builds.map((_, i) => box(i))
    },
    within(top, bottom) {
      longestMs ??= builds.reduce(
        (most, { startedAt, completeAt }) => Math.max(most, (completeAt ?? now) - startedAt),
        0,
      )
      // What began later than the top is above it, however low its box is.
      const newest = axis.moment(Math.max(0, top - LOWEST_BOX))
      // What began so early has ended before the bottom.
      const oldest = axis.moment(Math.max(0, bottom)) - longestMs
      const seen: Box[] = []
      for (let i = firstUpTo(builds, newest); i < builds.length; i++) {
        if (builds[i]!.startedAt < oldest) break
        const one = box(i)
        if (isSeen(one, top, bottom)) seen.push(one)
      }
      return seen
    },
    of(id) {
      const at = builds.findIndex(build => build.id === id)
      return at < 0 ? undefined : box(at)
    },
  }
}

/** Boxes that are there already. */
export function madeBoxes(all: readonly Box[]): Boxes {
  return {
    count: all.length,
    all,
    within: (top, bottom) => all.filter(box => isSeen(box, top, bottom)),
    of: id => all.find(box => box.build.id === id),
  }
}

function isSeen(box: Box, top: number, bottom: number): boolean {
  return box.top < bottom && box.top + Math.max(LOWEST_BOX, box.height) > top
}

// The first, of those that are newest first, that began at a moment or before.
function firstUpTo(builds: readonly Build[], moment: number): number {
  let low = 0
  for (let high = builds.length; low < high; ) {
    const middle = (low + high) >> 1
    if (builds[middle]!.startedAt > moment) low = middle + 1
    else high = middle
  }
  return low
}
