import type { Moment, Quarantine, SlaveState } from '../model.ts'
import { describeRequirement, type Unmet } from './requirements.ts'

/** One reason why the requests of a builder wait. Those about a slave name it. */
export type WaitReason =
  | { readonly kind: 'starts-now' }
  | { readonly kind: 'builder-gone' }
  /** Nothing is started at all. */
  | { readonly kind: 'held'; readonly reason: string }
  | { readonly kind: 'no-slave' }
  | { readonly kind: 'no-tag'; readonly tags: readonly string[] }
  | SlaveReason

/** Why a slave that may build it does not. */
export type SlaveReason = { readonly slave: string } & (
  | { readonly kind: 'unknown' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unfit'; readonly unmet: readonly Unmet[] }
  | { readonly kind: 'away'; readonly state: SlaveState; readonly reason: string }
  | { readonly kind: 'link-lost'; readonly since: Moment }
  | {
      readonly kind: 'paused'
      readonly by: string | null
      readonly reason: string
      readonly until: Moment | null
    }
  | { readonly kind: 'draining' }
  | ({ readonly kind: 'quarantine' } & Quarantine)
  | { readonly kind: 'busy'; readonly running: number; readonly maxBuilds: number }
  | { readonly kind: 'same-builder'; readonly build: number }
  /** A slave died while it was built, so it is built alone: by now, or once the slave has nothing else to do. */
  | { readonly kind: 'alone'; readonly build: string | null }
  | { readonly kind: 'lock'; readonly lock: string; readonly holders: readonly string[] }
)

/** The reasons in words, those that will pass by themselves first. */
export function describeWaiting(reasons: readonly WaitReason[], now: Moment): string {
  const unfit = reasons.filter(one => one.kind === 'unfit')
  const busy = reasons.filter(one => one.kind === 'busy')
  const others = reasons.filter(one => one.kind !== 'unfit' && one.kind !== 'busy')
  const parts = [
    busy.length > 1 && busy.length === reasons.length
      ? `all slaves are busy: ${busy.map(one => `${one.slave} with ${countOf(one)}`).join(', ')}`
      : busy.map(one => describeReason(one, now)).join('; '),
    ...others.map(one => describeReason(one, now)),
    describeUnfit(unfit, unfit.length === reasons.length),
  ]
  // Several slaves may wait for one lock.
  return [...new Set(parts.filter(part => part !== ''))].join('; ')
}

function describeReason(reason: WaitReason, now: Moment): string {
  switch (reason.kind) {
    case 'starts-now':
      return 'starts now'
    case 'builder-gone':
      return 'the builder is no longer configured'
    case 'held':
      return reason.reason
    case 'no-slave':
      return 'no slave is configured for it'
    case 'no-tag':
      return reason.tags.length === 1
        ? `no slave has tag ${reason.tags[0]}`
        : `no slave has all of the tags ${reason.tags.join(', ')}`
    case 'unknown':
      return `${reason.slave} is not known`
    case 'gone':
      return `${reason.slave} is no longer configured`
    case 'away':
      return `${reason.slave} is ${reason.state}${inBrackets(reason.reason)}`
    case 'link-lost':
      return `the link to ${reason.slave} is lost since ${clockTime(reason.since, now)}`
    case 'paused':
      return [
        `${reason.slave} is paused`,
        reason.by && ` by ${reason.by}`,
        reason.until !== null && ` until ${clockTime(reason.until, now)}`,
        reason.reason && `: ${reason.reason}`,
      ]
        .filter(Boolean)
        .join('')
    case 'draining':
      return `${reason.slave} drains and takes no new builds`
    case 'quarantine':
      return `${reason.slave} is in quarantine until ${clockTime(reason.until, now)} after ${
        reason.failures === 1 ? 'an exception' : `${reason.failures} exceptions`
      }${inBrackets(reason.reason)}`
    case 'busy':
      return `${reason.slave} is busy with ${countOf(reason)}`
    case 'same-builder':
      return `its build #${reason.build} still runs on ${reason.slave}`
    case 'alone':
      return reason.build === null
        ? `a slave died while it was built, so it waits until ${reason.slave} builds nothing else`
        : `${reason.slave} builds ${reason.build} alone, since a slave died while that was built`
    case 'lock':
      return `waits for lock ${reason.lock}, held by ${reason.holders.join(', ')}`
    case 'unfit':
      return describeUnfit([reason], false)
  }
}

type Unfit = Extract<WaitReason, { kind: 'unfit' }>

// "no slave has node >=20 (local has 18.2)" where that is all there is to say.
function describeUnfit(list: readonly Unfit[], all: boolean): string {
  if (list.length === 0) return ''
  const [shared] = list[0]!.unmet.filter(({ key }) =>
    list.every(({ unmet }) => unmet.some(one => one.key === key)),
  )
  if (!all || !shared)
    return list
      .map(({ slave, unmet }) => {
        const lacks = unmet.map(one => `${describeRequirement(one)}${butHas(one)}`)
        return `${slave} lacks ${lacks.join(' and ')}`
      })
      .join('; ')
  const own = list.map(({ slave, unmet }) => {
    const { has } = unmet.find(one => one.key === shared.key)!
    return has === null ? `${slave} tells of none` : `${slave} has ${has}`
  })
  return `no slave has ${describeRequirement(shared)} (${own.join(', ')})`
}

function butHas({ has }: Unmet): string {
  return has === null ? '' : ` (it has ${has})`
}

function countOf({ running, maxBuilds }: Extract<WaitReason, { kind: 'busy' }>): string {
  return `${running} of ${maxBuilds}`
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`
}

const DAY_MS = 86_400_000

/** The time of day as people say it; with the day where it is another one. */
export function clockTime(moment: Moment, now: Moment): string {
  const date = new Date(moment)
  const time = date.toTimeString().slice(0, 5)
  if (date.toDateString() === new Date(now).toDateString()) return time
  const day =
    Math.abs(moment - now) < 6 * DAY_MS
      ? date.toLocaleDateString('en', { weekday: 'short' })
      : date.toLocaleDateString('en', { day: 'numeric', month: 'short' })
  return `${day} ${time}`
}
