import type { BuilderConfig } from '../config/model.ts'
import type { Slave } from '../model.ts'

/** A builder with requests that no slave took. */
export interface Unserved {
  readonly builder: BuilderConfig
  readonly count: number
}

/**
 * Which slaves that start on demand are to be started for what waits. A slave
 * that is on its way counts for as many builds as it takes, and for one of each
 * builder, whose folder there is one.
 */
export function slavesToWake(
  unserved: readonly Unserved[],
  slaves: readonly Slave[],
  fits: (builder: BuilderConfig, slave: Slave) => boolean,
): readonly string[] {
  const byName = new Map(slaves.map(slave => [slave.name, slave]))
  const reserved = new Map<string, number>()
  const wake = new Set<string>()
  for (const { builder, count } of unserved) {
    let open = count
    const candidates = builder.slaves.flatMap(name => byName.get(name) ?? [])
    const coming = candidates.filter(one => one.state === 'starting' || wake.has(one.name))
    const asleep = candidates.filter(one => isAsleep(one) && !wake.has(one.name))
    for (const slave of [...coming, ...asleep]) {
      if (open === 0) break
      const taken = reserved.get(slave.name) ?? 0
      if (taken >= slave.maxBuilds || !canTake(slave) || !fits(builder, slave)) continue
      reserved.set(slave.name, taken + 1)
      open--
      if (isAsleep(slave)) wake.add(slave.name)
    }
  }
  return [...wake]
}

/** Whether it is there when somebody wants it. */
export function isAsleep({ kind, state }: Slave): boolean {
  return kind !== 'local' && kind !== 'remote' && state === 'offline'
}

function canTake({ active, paused, draining, quarantine }: Slave): boolean {
  return active && !paused && !draining && !quarantine
}
