import { type NotifyConfig, USUAL_OCCASIONS } from '../../master/config/model.ts'
import type { OCCASIONS } from '../../master/config/schema.ts'
import type { MasterEvent } from '../../master/model.ts'
import { EXCEPTION, FAILURE, isBad, WARNINGS } from '../../master/results.ts'
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
  const place = placeOfBuild(name, build.number)
  const at = `${name} #${build.number}`
  const red = before !== null && isBad(before.results)
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
      return of(
        'exception',
        red ? `${at} still ends in an exception` : `${at} ended in an exception`,
      )
    case WARNINGS:
      return red
        ? of('recovery', `${at} passes again, with warnings`)
        : of('warnings', `${at} has warnings`)
    default:
      return red ? of('recovery', `${at} is good again`) : of('success', `${at} is good`)
  }
}

/** What an event is an occasion for, if anything. */
export function noticeOfEvent({ kind, subject, detail }: MasterEvent): Notice | null {
  switch (kind) {
    case 'slave-missing':
      return {
        occasion: 'slave-missing',
        title: `${subject} stays away`,
        body: detail || 'It has not been heard of for a while.',
        builder: null,
        place: `/slaves/${encodeURIComponent(subject)}`,
      }
    case 'bisect-ended': {
      const [, builder = '', number = ''] = /^(.*) #(\d+)$/s.exec(subject) ?? []
      // It is of a failure: who wants to hear of those wants to hear whose it is.
      return {
        occasion: 'failure',
        title: `${subject} was bisected`,
        body: detail,
        builder,
        place: placeOfBuild(builder, number),
      }
    }
    default:
      return null
  }
}

function placeOfBuild(builder: string, number: number | string): string {
  return `/builds/${encodeURIComponent(builder)}/${number}`
}

/** What `notify` of master.yml wants shown on this desk. */
export function wantedOccasions(notify: readonly NotifyConfig[]): ReadonlySet<string> {
  const own = notify.filter(one => one.kind === 'desktop')
  // Naming only other kinds does not silence the desk; an empty list does.
  return new Set(own.length === 0 ? USUAL_OCCASIONS : own.flatMap(one => one.on))
}
