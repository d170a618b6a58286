import type { Build, Builder, BuilderId, BuildId, Change, Holdings } from '../bridge.ts'
import { EXCEPTION, FAILURE, isGood } from '../results.ts'
import { count } from '../ui/format.ts'
import { type Look, lookOf } from '../ui/look.ts'

/** What became of one change at one builder. */
export interface Held {
  /** The newest build that holds it; `null` while it waits for the first. */
  readonly build: Build | null
  readonly look: Look
  /** Its builder was good before. */
  readonly broke: boolean
  /** A build of it is still to come. */
  readonly waits: boolean
}

export interface HeldChange {
  readonly change: Change
  readonly at: ReadonlyMap<BuilderId, Held>
  /** A scheduler keeps it until its tree is stable. */
  readonly kept: boolean
}

/** @param live What the window knows by news of builds; it is newer than the answer. */
export function heldChanges(
  holdings: Holdings,
  live: ReadonlyMap<BuildId, Build>,
): readonly HeldChange[] {
  const builds = new Map(holdings.builds.map(build => [build.id, live.get(build.id) ?? build]))
  const broke = new Set(holdings.broke)
  const kept = new Set(holdings.kept)
  const holds = Map.groupBy(holdings.holds, one => one.changeId)
  const waits = Map.groupBy(holdings.waits, one => one.changeId)
  return holdings.changes.map(change => {
    const at = new Map<BuilderId, Held>()
    const own = (holds.get(change.id) ?? []).map(one => builds.get(one.buildId)!)
    const brokeAt = new Set(own.filter(({ id }) => broke.has(id)).map(build => build.builderId))
    // In the order of their ids: the newest one stays.
    for (const build of own) {
      const broken = brokeAt.has(build.builderId) && isBad(build)
      at.set(build.builderId, { build, look: lookOf(build.results), broke: broken, waits: false })
    }
    for (const { builderId } of waits.get(change.id) ?? []) {
      const held = at.get(builderId) ?? { build: null, look: 'queued', broke: false }
      at.set(builderId, { ...held, waits: true })
    }
    return { change, at, kept: kept.has(change.id) }
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

/** How a change stands, in words: `broke 1, 2 passed, 1 to come`. */
export function standing({ at, kept }: Pick<HeldChange, 'at' | 'kept'>): string {
  const all = [...at.values()]
  const ended = all.filter(one => one.build !== null && one.build.results !== null)
  const broke = all.filter(one => one.broke).length
  const bad = ended.filter(one => isBad(one.build!) && !one.broke).length
  const parts = [
    broke > 0 && `broke ${broke}`,
    bad > 0 && `${bad} red before it`,
    said(ended.filter(one => isGood(one.build!.results!)).length, 'passed'),
    said(all.filter(one => one.build?.results === null).length, 'running'),
    said(all.filter(one => one.waits).length, 'to come'),
    said(ended.filter(one => !isBad(one.build!) && !isGood(one.build!.results!)).length, 'stopped'),
    kept && 'waits for its tree to be stable',
  ].filter(part => part !== false && part !== '')
  return parts.join(', ') || 'not built'
}

/** `calc-tests #12, failed, broke it`, for who can't see the sign. */
export function heldWords(held: Held, builder: Builder, words: string): string {
  const parts = [
    held.build ? `${builder.name} #${held.build.number}, ${words}` : `${builder.name}, to come`,
    held.broke && 'good before',
    held.build && held.waits && 'another to come',
  ]
  return parts.filter(Boolean).join(', ')
}

export function countBroken(changes: readonly HeldChange[]): string {
  const broken = changes.filter(({ at }) => [...at.values()].some(one => one.broke)).length
  return broken === 0 ? 'none broke anything' : `${count(broken, 'change')} broke something`
}

function isBad(build: Build): boolean {
  return build.results === FAILURE || build.results === EXCEPTION
}

function said(n: number, word: string): string {
  return n === 0 ? '' : `${n} ${word}`
}
