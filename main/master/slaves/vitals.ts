import { asMap, asNumber, asString, type Fields, optional } from '../../../slave/protocol/parse.ts'
import type { Moment, SlaveVitals } from '../model.ts'
import { LONGEST_VERSION, MOST_TOOLS } from './facts.ts'

/** What a slave reports of its machine, see health.ts of the slave. */
export interface Report {
  readonly vitals: SlaveVitals
  /** What it measured of its clock against ours, by the round trip of its last report. */
  readonly clock: { readonly offsetMs: number; readonly tripMs: number } | undefined
  /** The programs that it found, when they are others than before. */
  readonly tools: Readonly<Record<string, string>> | undefined
}

/**
 * Reads a report. Its moment is ours: the slave's clock may be wrong.
 *
 * @throws ProtocolError when a field is not what it should be.
 */
export function readReport(fields: Fields, now: Moment): Report {
  const number = (name: string) => optional(fields[name], name, asNumber) ?? null
  const clock = optional(fields.clock, 'clock', asMap)
  return {
    vitals: {
      at: now,
      load: number('load'),
      cpuPercent: number('cpu_percent'),
      memoryUsedBytes: number('memory_used_bytes'),
      memoryTotalBytes: number('memory_total_bytes'),
      diskFreeBytes: number('disk_free_bytes'),
    },
    clock: clock && {
      offsetMs: asNumber(clock.offset_ms, 'clock.offset_ms'),
      tripMs: asNumber(clock.round_trip_ms, 'clock.round_trip_ms'),
    },
    tools: optional(fields.tools, 'tools', readTools),
  }
}

function readTools(value: unknown, what: string): Record<string, string> {
  const entries = Object.entries(asMap(value, what)).slice(0, MOST_TOOLS)
  return Object.fromEntries(
    entries.map(([name, version]) => [
      name,
      asString(version, `${what}.${name}`).slice(0, LONGEST_VERSION),
    ]),
  )
}
