import { useMemo } from 'react'
import type { Build, BuildId, Change, MasterEvent, PageAnswer, Step } from '../bridge.ts'
import { bridge } from '../bridge.ts'
import { createCell, useCell } from './cell.ts'
import { readDesk } from './desk.ts'
import { useDesk } from './hooks.ts'

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

interface Pages {
  /** Newest first, each beginning where the one before ends. */
  readonly list: readonly PageAnswer[]
  /** Whether what the desk knows of the newest builds follows on the first of them. */
  readonly live: boolean
  /** Whether nothing was built before the last of them. */
  readonly beginning: boolean
}

const PAGE_BUILDS = 250
/** As many pages as are kept: two screens of the smallest boxes on each side. */
const MOST_PAGES = 8
const NOW: Pages = { list: [], live: true, beginning: false }

const pages = createCell(NOW)
let loading = false
// A page that was asked for before a jump must not be added after it.
let journey = 0

/** The stretch of history that is read; live news are in it. */
export function useTimeline(): Timeline {
  const held = useCell(pages)
  const builds = useDesk(desk => desk.builds)
  const steps = useDesk(desk => desk.steps)
  const changes = useDesk(desk => desk.changes)
  const events = useDesk(desk => desk.events)
  const wholeFrom = useDesk(desk => desk.wholeFrom)
  return useMemo(
    () => assemble(held, { builds, steps, changes, events, wholeFrom }),
    [held, builds, steps, changes, events, wholeFrom],
  )
}

/** Has older builds come, if there are any. */
export function extendDown(): void {
  const { list, beginning } = pages.read()
  const at = list.at(-1)?.from ?? readDesk().wholeFrom
  if (at === 0 || beginning) return
  void ask(at, 'before', page => {
    const held = pages.read()
    const list = [...held.list, page]
    const full = list.length > MOST_PAGES
    pages.write({
      list: full ? list.slice(1) : list,
      live: held.live && !full,
      beginning: page.last,
    })
  })
}

/** Has newer builds come, until those of now are reached. */
export function extendUp(): void {
  const held = pages.read()
  const first = held.list[0]
  if (held.live || !first) return
  if (first.to >= readDesk().wholeFrom) {
    pages.write({ ...held, live: true })
    return
  }
  void ask(first.to, 'from', page => {
    const held = pages.read()
    const list = [page, ...held.list]
    const full = list.length > MOST_PAGES
    pages.write({
      list: full ? list.slice(0, -1) : list,
      live: page.last,
      beginning: held.beginning && !full,
    })
  })
}

/** Goes to another time. */
export async function jumpTo(at: number): Promise<void> {
  if (at >= readDesk().wholeFrom) return backToNow()
  const mine = ++journey
  loading = true
  try {
    const [after, before] = await Promise.all([
      bridge.request('history:page', { at, side: 'from', limit: PAGE_BUILDS }),
      bridge.request('history:page', { at, side: 'before', limit: PAGE_BUILDS }),
    ])
    if (mine === journey)
      pages.write({ list: [after, before], live: after.last, beginning: before.last })
  } finally {
    if (mine === journey) loading = false
  }
}

export function backToNow(): void {
  journey++
  loading = false
  pages.write(NOW)
}

async function ask(at: number, side: 'before' | 'from', take: (page: PageAnswer) => void) {
  if (loading) return
  loading = true
  const mine = journey
  try {
    const page = await bridge.request('history:page', { at, side, limit: PAGE_BUILDS })
    if (mine !== journey) return
    loading = false
    take(page)
  } catch {
    // The link is cut: what comes next asks again.
    if (mine === journey) loading = false
  }
}

type Known = Pick<
  ReturnType<typeof readDesk>,
  'builds' | 'steps' | 'changes' | 'events' | 'wholeFrom'
>

const grouped = new WeakMap<PageAnswer, ReadonlyMap<BuildId, readonly Step[]>>()

// A page stays as it came, and is put together with what is live at each of its news.
function stepsOf(page: PageAnswer): ReadonlyMap<BuildId, readonly Step[]> {
  const known = grouped.get(page) ?? Map.groupBy(page.steps, step => step.buildId)
  grouped.set(page, known)
  return known
}

/** Pages and what is live, as one. Exported for its test. */
export function assemble({ list, live }: Pages, desk: Known): Timeline {
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
