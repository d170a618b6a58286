import type { SlaveLoad } from '../bridge.ts'
import type { Range } from '../ui/range.ts'

export interface LoadBar {
  readonly from: number
  /** Of all its slots, from 0 to 1. */
  readonly share: number
  readonly builds: number
}

export interface LoadBars {
  /** One for each part. */
  readonly bars: readonly LoadBar[]
  /** Over the time that has passed of the stretch. */
  readonly share: number
  readonly builds: number
  /** The part in which it was busiest; `null` when it built nothing. */
  readonly busiest: LoadBar | null
}

/** How busy one slave was, part by part. */
export function loadBars(
  loads: readonly SlaveLoad[],
  slave: { readonly name: string; readonly maxBuilds: number },
  { from, partMs, parts }: Range,
  now: number,
): LoadBars {
  const own = new Map(
    loads.filter(load => load.slave === slave.name).map(load => [load.part, load]),
  )
  const slots = Math.max(1, slave.maxBuilds)
  const bars = Array.from({ length: parts }, (_, part): LoadBar => {
    const load = own.get(part)
    const begins = from + part * partMs
    // The part that goes on is as long as it has lasted.
    const passed = Math.min(partMs, Math.max(1, now - begins))
    return {
      from: begins,
      share: Math.min(1, (load?.busyMs ?? 0) / (passed * slots)),
      builds: load?.builds ?? 0,
    }
  })
  const busyMs = [...own.values()].reduce((sum, load) => sum + load.busyMs, 0)
  const busiest = bars.reduce((most, bar) => (bar.share > most.share ? bar : most), bars[0]!)
  return {
    bars,
    share: Math.min(1, busyMs / (Math.max(1, now - from) * slots)),
    builds: bars.reduce((sum, bar) => sum + bar.builds, 0),
    busiest: busiest.share > 0 ? busiest : null,
  }
}
