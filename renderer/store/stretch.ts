import type { Build, BuildId, Change, MasterEvent, PageAnswer, Step } from '../bridge.ts'
import type { Desk } from './desk-state.ts'

/** All that is known of a stretch of time without gaps: the one that is read, wherever in history that is. */
export interface Timeline {
  readonly from: number
  /** `null` when it reaches to now. */
  readonly to: number | null
  /** Newest first. */
  readonly builds: readonly Build[]
  readonly steps: ReadonlyMap<BuildId, readonly Step[]>
  /** Newest first. */
  readonly changes: readonly Change[]
  readonly events: readonly MasterEvent[]
}

/** What came from the master of the past. */
export interface Pages {
  /** Newest first, each beginning where the one before ends. */
  readonly list: readonly PageAnswer[]
  /** Whether what the desk knows of the newest builds follows on the first of them. */
  readonly live: boolean
  /** Whether nothing was built before the last of them. */
  readonly beginning: boolean
}

type Known = Pick<Desk, 'builds' | 'steps' | 'changes' | 'events' | 'wholeFrom'>

const grouped = new WeakMap<PageAnswer, ReadonlyMap<BuildId, readonly Step[]>>()

// A page stays as it came, and is put together with what is live at each of its news.
function stepsOf(page: PageAnswer): ReadonlyMap<BuildId, readonly Step[]> {
  const known = grouped.get(page) ?? Map.groupBy(page.steps, step => step.buildId)
  grouped.set(page, known)
  return known
}

/** Pages and what is live, as one. */
export function assemble(pages: Pages, desk: Known): Timeline {
  const { list } = pages
  const live = isJoined(pages, desk.wholeFrom)
  const from = list.at(-1)?.from ?? desk.wholeFrom
  const to = live ? null : (list[0]?.to ?? null)
  const builds = new Map<BuildId, Build>()
  const steps = new Map<BuildId, readonly Step[]>()
  const changes = new Map<number, Change>()
  const events = new Map<number, MasterEvent>()
  for (const page of list) {
    for (const build of page.builds) builds.set(build.id, build)
    for (const [id, own] of stepsOf(page)) steps.set(id, own)
    for (const change of page.changes) changes.set(change.id, change)
    for (const event of page.events) events.set(event.id, event)
  }
  // What is live is newer than any page.
  for (const build of desk.builds.values())
    if (builds.has(build.id) || (live && build.startedAt >= desk.wholeFrom))
      builds.set(build.id, build)
  for (const id of builds.keys()) {
    const own = desk.steps.get(id)
    if (own) steps.set(id, own)
  }
  if (live) {
    for (const change of desk.changes) changes.set(change.id, change)
    for (const event of desk.events) events.set(event.id, event)
  }
  return {
    from,
    to,
    builds: [...builds.values()].sort((a, b) => b.startedAt - a.startedAt || b.id - a.id),
    steps,
    changes: [...changes.values()].sort((a, b) => b.receivedAt - a.receivedAt || b.id - a.id),
    events: [...events.values()],
  }
}

/**
 * Whether what is live follows on the pages. What the desk knows of the newest builds begins later
 * than it did when it had to look anew, or has let old ones go.
 */
export function isJoined({ list, live }: Pages, wholeFrom: number): boolean {
  const first = list[0]
  return live && (first === undefined || first.to >= wholeFrom)
}
