import { useEffect } from 'react'
import { bridge, type Slave, type SlaveVitals } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'
import { onNewsOf } from '../store/desk.ts'
import type { Measure } from './area-lines.ts'

const HOUR_MS = 3_600_000
const NOTHING: readonly SlaveVitals[] = []

const known = createCell<ReadonlyMap<string, readonly SlaveVitals[]>>(new Map())
const asked = new Set<string>()
let listening = false

/** How a slave's machine fared in the last hour, oldest first; renewed as it tells. */
export function useVitals(name: string): readonly SlaveVitals[] {
  useEffect(() => {
    listen()
    if (asked.has(name)) return
    asked.add(name)
    bridge.request('slave:vitals', name).then(
      told => add(name, told),
      // Without them there is a chart less.
      () => asked.delete(name),
    )
  }, [name])
  return useCell(known, all => all.get(name) ?? NOTHING)
}

/** The load of each moment, as a share of what the machine can do. */
export function loadsOf(vitals: readonly SlaveVitals[], slave: Slave): Measure[] {
  const cores = Number(slave.info.numcpus) || 1
  return vitals.flatMap(({ at, load, cpuPercent }) => {
    const share = load !== null ? load / cores : cpuPercent !== null ? cpuPercent / 100 : null
    return share === null ? [] : [{ at, share }]
  })
}

function listen() {
  if (listening) return
  listening = true
  onNewsOf('slave/vitals', ({ name, vitals }) => add(name, [vitals]))
  // What was told while there was no line is asked for again.
  bridge.onConnection(connected => connected && asked.clear())
}

function add(name: string, told: readonly SlaveVitals[]) {
  const before = known.read().get(name) ?? []
  const all = new Map([...before, ...told].map(one => [one.at, one] as const))
  const newest = Math.max(...all.keys())
  const hour = [...all.values()].filter(one => one.at >= newest - HOUR_MS)
  known.write(
    new Map(known.read()).set(
      name,
      hour.sort((a, b) => a.at - b.at),
    ),
  )
}
