import type { Build, Step } from '../bridge.ts'
import { clockSeconds, timeSpan } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'

/** What is said of a box that is pointed at. */
export function buildTitle(builder: string, build: Build, now: number): string {
  return `${builder} #${build.number} ${build.stateString}\n${span(build, now)}`
}

/** A box in words, for who can not see it. */
export function describeBuild(
  builder: string,
  build: Build,
  together: number,
  decided: Step | undefined,
  now: number,
): string {
  const words = LOOK_WORDS[lookOf(build.results)]
  const others = together > 1 ? `, the worst of ${together}` : ''
  return `${builder}, build ${build.number}, ${words}${decided ? ` in step ${decided.name}` : ''}, ${span(build, now)}${others}`
}

function span(build: Build, now: number): string {
  if (build.completeAt === null) return `since ${clockSeconds(build.startedAt)}`
  return timeSpan(build.startedAt, build.completeAt, now || build.completeAt)
}
