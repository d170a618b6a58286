import { useMemo, useSyncExternalStore } from 'react'
import type { Build, BuildId, Change, MasterEvent, PageAnswer, Step } from '../bridge.ts'
import { bridge } from '../bridge.ts'
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

let pages = NOW
let loading = false
// A page that was asked for before a jump must not be added after it.
let journey = 0
const listeners = new Set<() => void>()

/** The stretch of history that is read; live news are in it. */
export function useTimeline(): Timeline {
  const held = useSyncExternalStore(subscribe, () => pages)
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
  const at = pages.list.at(-1)?.from ?? readDesk().wholeFrom
  if (at === 0 || pages.beginning) return
  void ask(at, 'before', page => {
    const list = [...pages.list, page]
    const full = list.length > MOST_PAGES
    set({
      list: full ? list.slice(1) : list,
      live: pages.live && !full,
      beginning: page.last,
    })
  })
}

/** Has newer builds come, until those of now are reached. */
export function extendUp(): void {
  const first = pages.list[0]
  if (pages.live || !first) return
  if (first.to >= readDesk().wholeFrom) {
    set({ ...pages, live: true })
    return
  }
  void ask(first.to, 'from', page => {
    const list = [page, ...pages.list]
    const full = list.length > MOST_PAGES
    set({
      list: full ? list.slice(0, -1) : list,
      live: page.last,
      beginning: pages.beginning && !full,
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
    if (mine === journey) set({ list: [after, before], live: after.last, beginning: before.last })
  } finally {
    if (mine === journey) loading = false
  }
}

export function backToNow(): void {
  journey++
  loading = false
  set(NOW)
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
    for (const [id, own] of Map.groupBy(page.steps, step => step.buildId)) steps.set(id, own)
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

function set(next: Pages) {
  pages = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
