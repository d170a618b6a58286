import { useMemo } from 'react'
import type { PageAnswer } from '../bridge.ts'
import { bridge } from '../bridge.ts'
import { createCell, useCell } from './cell.ts'
import { readDesk } from './desk.ts'
import { useDesk } from './hooks.ts'
import { assemble, isJoined, type Pages, type Timeline } from './stretch.ts'

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
  if (isJoined(held, readDesk().wholeFrom) || !first) return
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

/**
 * Goes to another time.
 *
 * @param arrive Called when its builds are there, before anything of them is drawn; not when one went elsewhere meanwhile.
 */
export async function jumpTo(at: number, arrive = () => {}): Promise<void> {
  if (at >= readDesk().wholeFrom) {
    backToNow()
    return arrive()
  }
  const mine = ++journey
  loading = true
  try {
    const [after, before] = await Promise.all([
      bridge.request('history:page', { at, side: 'from', limit: PAGE_BUILDS }),
      bridge.request('history:page', { at, side: 'before', limit: PAGE_BUILDS }),
    ])
    if (mine !== journey) return
    pages.write({ list: [after, before], live: after.last, beginning: before.last })
    arrive()
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
