import type { Build, Builder, BuilderId, BuildId, Change, Holdings, Schedule } from '../bridge.ts'
import { isBad, isGood } from '../results.ts'
import { count, when } from '../ui/format.ts'
import { type Look, lookOf } from '../ui/look.ts'

/** What became of one change at one builder. */
export interface Held {
  /** The newest build that holds it; `null` while it waits for the first. */
  readonly build: Build | null
  readonly look: Look
  /** Its builder was good before: how many changes may have turned it red. 0 where it was not turned red. */
  readonly broke: number
  /** A build of it is still to come. */
  readonly waits: boolean
}

export interface HeldChange {
  readonly change: Change
  readonly at: ReadonlyMap<BuilderId, Held>
  /** Schedulers that still keep it. */
  readonly kept: readonly string[]
}

/** @param live What the window knows by news of builds; it is newer than the answer. */
export function heldChanges(
  holdings: Holdings,
  live: ReadonlyMap<BuildId, Build>,
): readonly HeldChange[] {
  const builds = new Map(holdings.builds.map(build => [build.id, live.get(build.id) ?? build]))
  const broke = new Map(holdings.broke.map(one => [one.buildId, one.changes]))
  const kept = Map.groupBy(holdings.kept, one => one.changeId)
  const holds = Map.groupBy(holdings.holds, one => one.changeId)
  const waits = Map.groupBy(holdings.waits, one => one.changeId)
  return holdings.changes.map(change => {
    const at = new Map<BuilderId, Held>()
    const own = (holds.get(change.id) ?? []).map(one => builds.get(one.buildId)!)
    const brokeAt = new Map(
      own.filter(({ id }) => broke.has(id)).map(build => [build.builderId, broke.get(build.id)!]),
    )
    // In the order of their ids: the newest one stays.
    for (const build of own) {
      const broken = isBad(build.results) ? (brokeAt.get(build.builderId) ?? 0) : 0
      at.set(build.builderId, { build, look: lookOf(build.results), broke: broken, waits: false })
    }
    for (const { builderId } of waits.get(change.id) ?? []) {
      const held = at.get(builderId) ?? { build: null, look: 'queued', broke: 0 }
      at.set(builderId, { ...held, waits: true })
    }
    return { change, at, kept: (kept.get(change.id) ?? []).map(one => one.scheduler) }
  })
}

/**
 * The columns for some changes: all builders of their projects, so that none vanishes because it
 * was quiet, and those that built them once.
 */
export function buildersOf(
  changes: readonly HeldChange[],
  builders: readonly Builder[],
): readonly Builder[] {
  const projects = new Set(changes.map(({ change }) => change.project))
  const used = new Set(changes.flatMap(({ at }) => [...at.keys()]))
  const shown = builders.filter(
    builder => used.has(builder.id) || (builder.active && projects.has(builder.project)),
  )
  return [...Map.groupBy(shown, builder => builder.project).values()].flat()
}

/** What became of a change, in words: `broke 1, 2 passed, 1 to come`. */
export function fate(
  {
    change,
    at,
    kept,
  }: Pick<HeldChange, 'at' | 'kept'> & { readonly change: Pick<Change, 'branch'> },
  schedule: Schedule,
  now: number,
): string {
  const all = [...at.values()]
  const ended = all.filter(one => one.build !== null && one.build.results !== null)
  const broke = all.filter(one => one.broke === 1).length
  const maybe = all.filter(one => one.broke > 1).length
  const bad = ended.filter(one => isBad(one.build!.results) && one.broke === 0).length
  // Nothing was red before the first build of a builder.
  const first = ended.filter(
    one => isBad(one.build!.results) && one.broke === 0 && one.build!.number === 1,
  ).length
  const parts = [
    broke > 0 && `broke ${broke}`,
    maybe > 0 && `may have broken ${maybe}`,
    said(first, 'failed'),
    bad > first && `${bad - first} already red`,
    said(ended.filter(one => isGood(one.build!.results!)).length, 'passed'),
    said(all.filter(one => one.build?.results === null).length, 'running'),
    said(all.filter(one => one.waits).length, 'to come'),
    said(
      ended.filter(({ build }) => !isBad(build!.results) && !isGood(build!.results!)).length,
      'stopped',
    ),
    ...kept.map(scheduler => keptWords(scheduler, change.branch, schedule, now)),
  ].filter(part => part !== false && part !== '')
  return parts.join(', ') || 'not built'
}

/** Below the name of its project a builder need not say it again: `tests` of `calc-tests`, but `calc2` whole. */
export function shortName({ name, project }: Pick<Builder, 'name' | 'project'>): string {
  if (!name.startsWith(project)) return name
  return /^[-_. /]+(.+)$/.exec(name.slice(project.length))?.[1] ?? name
}

/** `calc-tests #12, failed, broke it`, for who can't see the sign. */
export function heldWords(held: Held, builder: Builder, words: string): string {
  const parts = [
    held.build ? `${builder.name} #${held.build.number}, ${words}` : `${builder.name}, to come`,
    held.broke > 0 && 'good before',
    held.build && held.waits && 'another to come',
  ]
  return parts.filter(Boolean).join(', ')
}

export function countBroken(changes: readonly HeldChange[]): string {
  const all = changes.map(({ at }) => [...at.values()].map(one => one.broke))
  const broke = all.filter(one => one.includes(1)).length
  const maybe = all.filter(one => !one.includes(1) && one.some(suspects => suspects > 1)).length
  const parts = [
    broke > 0 && `${count(broke, 'change')} broke something`,
    maybe > 0 && `${count(maybe, 'change')} may have broken something`,
  ].filter(part => part !== false)
  return parts.join(', ') || 'none broke anything'
}

function keptWords(scheduler: string, branch: string, schedule: Schedule, now: number): string {
  const plan = schedule.find(one => one.scheduler === scheduler)
  if (plan?.cause === 'quiet') return `waiting for ${branch} to be quiet`
  return plan ? `${scheduler} builds it ${when(plan.at, now)}` : `kept for ${scheduler}`
}

function said(n: number, word: string): string {
  return n === 0 ? '' : `${n} ${word}`
}
