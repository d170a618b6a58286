import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startHost } from '../../../main/host/host.ts'
import { ROOT, temporaryFolder } from '../rig.ts'

const REPORT = join(ROOT, 'test/bench/report.mjs')

/** How long a step takes that brings a report of so many tests, and the master's event-loop lag meanwhile (p99), in ms. */
export async function readTests(count: number): Promise<{ ms: number; lagMs: number }> {
  const dataDir = temporaryFolder()
  mkdirSync(dataDir, { recursive: true })
  const command = JSON.stringify([process.execPath, REPORT, 'junit.xml', String(count)])
  writeFileSync(
    join(dataDir, 'master.yml'),
    `slaves: [{ name: local }]\nbuilders: [{ name: it, steps: [{ test: ${command} }] }]\n`,
  )
  const host = await startHost({ dataDir, shell: 'headless' })
  const { data, mq } = host.master
  const delay = monitorEventLoopDelay({ resolution: 5 })
  let startedAt = 0
  const done = new Promise<void>(resolve =>
    mq.subscribe('step/changed', step => {
      if (step.completeAt !== null) return resolve()
      if (startedAt > 0) return
      startedAt = performance.now()
      delay.enable()
    }),
  )
  await host.handlers['build:force']({
    builderId: data.builderByName('it')!.id,
    branch: null,
    revision: null,
    reason: 'bench',
    properties: {},
  })
  await done
  delay.disable()
  const ms = performance.now() - startedAt
  await host.stop()
  rmSync(dataDir, { recursive: true, force: true })
  // The monitor's own period is part of what it counts.
  return { ms, lagMs: Math.max(0, delay.percentile(99) / 1e6 - 5) }
}
