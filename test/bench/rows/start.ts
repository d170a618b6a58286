import { rmSync } from 'node:fs'
import { historyConfig, makeHistory } from '../history.ts'
import {
  cpuSeconds,
  median,
  residentBytes,
  slavesOnline,
  startRig,
  temporaryFolder,
} from '../rig.ts'

const RUNS = 5
const IDLE_MS = 10_000

/** Process start until it listens, in ms, with so many builds in its history. */
export async function coldStart(builds: number): Promise<number> {
  const dataDir = temporaryFolder()
  if (builds > 0) makeHistory(dataDir, builds)
  const times: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const rig = await startRig(builds > 0 ? historyConfig() : '', dataDir)
    times.push(rig.startMs)
    await rig.stop()
  }
  rmSync(dataDir, { recursive: true, force: true })
  return median(times)
}

/** What an idle master takes: resident memory, and processor time in percent of one core. */
export async function idle(): Promise<{ bytes: number; cpuPercent: number }> {
  const rig = await startRig('')
  await slavesOnline(rig.client)
  await settle(2000)
  const before = cpuSeconds(rig.pid)
  await settle(IDLE_MS)
  const cpuPercent = ((cpuSeconds(rig.pid) - before) / (IDLE_MS / 1000)) * 100
  const bytes = residentBytes(rig.pid)
  await rig.stop()
  rmSync(rig.dataDir, { recursive: true, force: true })
  return { bytes, cpuPercent }
}

// Idling is what is measured here; there is no event to wait for.
function settle(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
