// Loaded into a process before its own program: leaves in the file TRIPHAMMER_LAG how late its event
// loop was, in ms, when the process ends.
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const PERIOD_MS = 5

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: PERIOD_MS })
  delay.enable()
  // The monitor's own period is part of what it counts.
  const late = nanoseconds => Math.max(0, nanoseconds / 1e6 - PERIOD_MS)
  process.on('exit', () =>
    writeFileSync(
      process.env.TRIPHAMMER_LAG,
      JSON.stringify({ p99: late(delay.percentile(99)), longest: late(delay.max) }),
    ),
  )
}
