import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { makeLargeRelease } from '../../helpers/releases.ts'
import { median, startRig, temporaryFolder } from '../rig.ts'

export interface UpgradeFigures {
  /** Of the databases together. */
  readonly megabytes: number
  readonly upgradeMs: number
  /** How often it said how far it is. */
  readonly told: number
  /** The longest that it said nothing. */
  readonly silentMs: number
  /** A start after it, to ready. */
  readonly startMs: number
}

const STARTS = 3

/** Brings so many builds of a release to this version, and starts with them. */
export async function upgradeOf(builds: number, release = '0.1.0'): Promise<UpgradeFigures> {
  const dataDir = temporaryFolder()
  makeLargeRelease(release, dataDir, builds)
  const megabytes = ['history.sqlite', 'logs.sqlite'].reduce(
    (sum, name) => sum + statSync(join(dataDir, name)).size / 1e6,
    0,
  )
  let told = 0
  let silentMs = 0
  const begin = performance.now()
  let last = begin
  await prepareStores({
    dataDir,
    version: 'bench',
    onProgress() {
      const now = performance.now()
      told++
      silentMs = Math.max(silentMs, now - last)
      last = now
    },
  })
  const upgradeMs = performance.now() - begin
  const starts: number[] = []
  for (let i = 0; i < STARTS; i++) {
    const rig = await startRig('', dataDir)
    starts.push(rig.startMs)
    await rig.stop()
  }
  rmSync(dataDir, { recursive: true, force: true })
  return { megabytes, upgradeMs, told, silentMs, startMs: median(starts) }
}
