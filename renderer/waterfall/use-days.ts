import { useEffect, useMemo } from 'react'
import { type Arguments, type BuildsOfDay, bridge } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'
import { useDesk } from '../store/hooks.ts'
import { DAY_MS, type Days, daysOf, zoneStretches } from './days.ts'

/** Asked for together. */
const BLOCK_MS = 64 * DAY_MS
/** The newest block is looked at again after so many builds. */
const RENEW_BUILDS = 5

type By = Arguments<'history:days'>[0]['by']

interface Known {
  readonly master: number
  readonly by: By
  readonly beginning: number | null
  readonly blocks: ReadonlyMap<number, readonly BuildsOfDay[]>
}

const NOTHING: Known = { master: 0, by: 'builder', beginning: null, blocks: new Map() }
const known = createCell(NOTHING)
const asked = new Set<number>()
let askingBeginning = false

/** What each builder or slave did on each day, of the time that is in sight and around it. */
export function useDays(
  /** `false` where nobody looks at days. */
  by: By | false,
  now: number,
  from: number,
  to: number,
): { readonly beginning: number; readonly cells: Days } | undefined {
  const held = useCell(known)
  const master = useDesk(desk => desk.startedAt)
  const news = useDesk(desk => Math.floor(desk.builds.size / RENEW_BUILDS))
  const first = Math.floor(from / BLOCK_MS) - 1
  const last = Math.floor(Math.min(to, now) / BLOCK_MS) + 1
  const newest = Math.floor(now / BLOCK_MS)
  // biome-ignore lint/correctness/useExhaustiveDependencies: with new builds it is to be looked at again
  useEffect(() => void asked.delete(newest), [by, newest, news])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is no longer looked at is asked for again
  useEffect(() => {
    if (!by) return
    const held = known.read()
    if (held.master !== master || held.by !== by) {
      // The beginning is that of all builds, whoever built them.
      const beginning = held.master === master ? held.beginning : null
      known.write({ ...NOTHING, master, by, beginning })
      asked.clear()
    }
    // It is not known while nothing is built, nor after an answer that did not come.
    if (known.read().beginning === null) void askBeginning()
    for (let block = Math.min(last, newest); block >= first; block--) void askBlock(block)
  }, [by, master, first, last, newest, news])
  const cells = useMemo(() => daysOf([...held.blocks.values()].flat()), [held.blocks])
  const beginning = held.beginning ?? now - BLOCK_MS
  return useMemo(() => (by ? { beginning, cells } : undefined), [by, beginning, cells])
}

async function askBeginning() {
  if (askingBeginning) return
  askingBeginning = true
  const beginning = await bridge.request('history:beginning').catch(() => null)
  askingBeginning = false
  known.write({ ...known.read(), beginning })
}

async function askBlock(block: number) {
  if (asked.has(block)) return
  asked.add(block)
  const { master, by } = known.read()
  try {
    const stretches = zoneStretches(block * BLOCK_MS, (block + 1) * BLOCK_MS)
    const rows = await Promise.all(
      stretches.map(one => bridge.request('history:days', { ...one, by })),
    )
    const held = known.read()
    if (held.master !== master || held.by !== by) return
    known.write({ ...held, blocks: new Map(held.blocks).set(block, rows.flat()) })
  } catch {
    // The line is cut: what comes next asks again.
    asked.delete(block)
  }
}
