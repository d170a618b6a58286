import { type NotifyConfig, USUAL_OCCASIONS } from '../../master/config/model.ts'
import type { OCCASIONS } from '../../master/config/schema.ts'
import { EXCEPTION, FAILURE, isGood, WARNINGS } from '../../master/results.ts'
import type { Ended } from './standing.ts'

/** What a person is told of, by the names of master.yml. */
export type Occasion = (typeof OCCASIONS)[number]

export interface Notice {
  readonly occasion: Occasion
  readonly title: string
  readonly body: string
  /** Builder that it is about, for muting. */
  readonly builder: string | null
  /** Where a click leads. */
  readonly place: string
}

/** What the end of a build is an occasion for; the most telling one. */
export function noticeOf({ name, build, before }: Ended): Notice {
  const place = `/builds/${encodeURIComponent(name)}/${build.number}`
  const at = `${name} #${build.number}`
  const red = before !== null && !isGood(before.results!)
  const body = build.stateString
  const of = (occasion: Occasion, title: string): Notice => ({
    occasion,
    title,
    body,
    builder: name,
    place,
  })
  switch (build.results) {
    case FAILURE:
      return of('failure', red ? `${at} still fails` : `${at} failed`)
    case EXCEPTION:
      return of('exception', `${at} broke, and not by its code`)
    case WARNINGS:
      return of('warnings', `${at} has warnings`)
    default:
      return red ? of('recovery', `${at} is good again`) : of('success', `${at} is good`)
  }
}

/** What `notify` of master.yml wants shown on this desk. */
export function wantedOccasions(notify: readonly NotifyConfig[]): ReadonlySet<string> {
  const own = notify.filter(one => one.kind === 'desktop')
  // Naming only other kinds does not silence the desk; an empty list does.
  return new Set(own.length === 0 ? USUAL_OCCASIONS : own.flatMap(one => one.on))
}
