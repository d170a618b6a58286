import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createZstdCompress } from 'node:zlib'
import { type Host, startHost } from '../../../main/host/host.ts'
import type { LogsCursor, LogsFound } from '../../../main/master/data/search-logs.ts'
import type { BuilderId } from '../../../main/master/model.ts'
import {
  discard,
  hearEnds,
  ROOT,
  residentBytes,
  slavesOnline,
  startRig,
  temporaryFolder,
} from '../rig.ts'

const MEBI = 1024 * 1024
const LOG_MIB = 200
// 80 columns of text that is not all the same.
const SPEW = join(ROOT, 'test/bench/spew.mjs')

/** MiB a second of a step's output to disk and readable, from the order to the end of its build. */
export async function logThroughput(): Promise<{ mibPerSecond: number; grewBytes: number }> {
  const rig = await startRig(
    `builders:\n  - name: log\n    steps:\n      - shell: [${JSON.stringify(process.execPath)}, ${JSON.stringify(SPEW)}, "${LOG_MIB}"]\n`,
  )
  await slavesOnline(rig.client)
  const before = residentBytes(rig.pid)
  const ends = await hearEnds(rig.client)
  const builderId = (await rig.builderId('log')) as BuilderId
  const startedAt = performance.now()
  await rig.client.request('build:force', {
    builderId,
    branch: null,
    revision: null,
    reason: 'bench',
    properties: {},
  })
  const [build] = await ends.until(1)
  const seconds = (performance.now() - startedAt) / 1000
  ends.stop()
  const { logs } = await rig.client.request('build:details', build!.id)
  if (logs[0]!.byteCount < LOG_MIB * MEBI)
    throw new Error(`only ${logs[0]!.byteCount} bytes arrived`)
  const grewBytes = residentBytes(rig.pid) - before
  await discard(rig)
  return { mibPerSecond: LOG_MIB / seconds, grewBytes }
}

/** The same bytes through a bare Node process into zstd and a file, in MiB a second. */
export async function barePipe(): Promise<number> {
  const folder = temporaryFolder()
  const startedAt = performance.now()
  const child = spawn(process.execPath, [SPEW, String(LOG_MIB)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const file = createWriteStream(join(folder, 'log.zst'))
  child.stdout.pipe(createZstdCompress()).pipe(file)
  await new Promise<void>(resolve => file.on('finish', () => resolve()))
  const seconds = (performance.now() - startedAt) / 1000
  rmSync(folder, { recursive: true, force: true })
  return LOG_MIB / seconds
}

/**
 * The 99th percentile of the master's event-loop lag, in ms, while 8 builds write 20 MB a
 * second together, and, with `searching`, somebody searches all logs without a break.
 */
export async function loopLag(searching = false): Promise<number> {
  const dataDir = temporaryFolder()
  const names = Array.from({ length: 8 }, (_, i) => `b${i}`)
  const step = `shell: [${JSON.stringify(process.execPath)}, ${JSON.stringify(SPEW)}, "25", "2.5"]`
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(
    join(dataDir, 'master.yml'),
    `slaves: [{ name: local, maxBuilds: 8 }]\nbuilders:\n${names.map(name => `  - { name: ${name}, steps: [{ ${step} }] }\n`).join('')}`,
  )
  const host = await startHost({ dataDir, shell: 'headless' })
  const { data, mq } = host.master
  const orders = names.map(name => ({
    builderId: data.builderByName(name)!.id,
    branch: null,
    revision: null,
    reason: 'bench',
    properties: {},
  }))
  let left = names.length
  const done = new Promise<void>(resolve =>
    mq.subscribe('build/changed', build => {
      if (build.completeAt !== null && --left === 0) resolve()
    }),
  )
  for (const order of orders) await host.handlers['build:force'](order)
  // Without the start of the slave and of eight programs.
  await new Promise<void>(resolve => {
    let growing = 0
    mq.subscribe('log/appended', () => ++growing === 50 && resolve())
  })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  let over = false
  const searched = searching ? searchUntil(host, () => over) : undefined
  await done
  delay.disable()
  over = true
  await searched
  await host.stop()
  rmSync(dataDir, { recursive: true, force: true })
  // The monitor's own period is part of what it counts.
  return Math.max(0, delay.percentile(99) / 1e6 - 5)
}

async function searchUntil(host: Host, isOver: () => boolean): Promise<void> {
  let from: LogsCursor | null = null
  while (!isOver()) {
    const query = { pattern: 'not in [i]t', regex: true, ignoreCase: true }
    const answer: LogsFound = await host.handlers['logs:search']({ ...query, from })
    from = answer.next
  }
}
