// A start of the master as far as its databases go, in a process of its own that a test kills or starves.
import { cpSync, rmSync, unlinkSync } from 'node:fs'
import { finishRestore } from '../../../main/master/backup/restore.ts'
import type { Database } from '../../../main/master/db/database.ts'
import { finishUpgrade } from '../../../main/master/upgrade/finish.ts'
import { lookAtStores } from '../../../main/master/upgrade/look.ts'
import { latestOf, STORES } from '../../../main/master/upgrade/stores.ts'
import { StoreTroubleError } from '../../../main/master/upgrade/trouble.ts'
import { upgradeStores } from '../../../main/master/upgrade/upgrade.ts'

/** As prepareStores does it, on this thread. Returns what there is to say of it. */
export async function startOn(dataDir: string): Promise<string> {
  await finishRestore(dataDir)
  const found = await finishUpgrade(dataDir)
  const look = lookAtStores(dataDir)
  if (look.kind === 'trouble') throw new StoreTroubleError(dataDir, look.trouble)
  if (look.kind === 'behind')
    await upgradeStores({
      dataDir,
      version: 'test',
      now: Date.now,
      behind: look.stores,
      onProgress() {},
      isCancelled: () => false,
    })
  return `${found.kind}, ${look.kind}`
}

/** Both databases at once, the logs by a step that no version has yet. */
async function upgradeBoth(dataDir: string): Promise<void> {
  const [history, logs] = STORES
  const migrations = [
    ...logs!.migrations,
    {
      version: LOGS_TO,
      up: (db: Database) => db.exec('ALTER TABLE logs ADD COLUMN mood TEXT'),
    },
  ]
  await upgradeStores({
    dataDir,
    version: 'test',
    now: Date.now,
    behind: [
      { store: history!, from: 1 },
      { store: { ...logs!, migrations }, from: 1 },
    ],
    onProgress() {},
    isCancelled: () => false,
  })
}

/** The schema that upgradeBoth gives the logs. */
export const LOGS_TO = latestOf(STORES[1]!) + 1

const [mode, dataDir, pristine, first, step, errno] = process.argv.slice(2)
if (mode === 'once') await startOn(dataDir!)
if (mode === 'both') await upgradeBoth(dataDir!)
// Again and again on a fresh copy, each time with a later fault, until one comes too late.
if (mode === 'faults')
  for (let at = Number(first); ; at += Number(step)) {
    rmSync(dataDir!, { recursive: true, force: true })
    cpSync(pristine!, dataDir!, { recursive: true })
    arm(at, Number(errno))
    let said: string
    try {
      said = `ok: ${await startOn(dataDir!)}`
    } catch (error) {
      said = `${error instanceof StoreTroubleError ? error.trouble.kind : (error as Error).name}: ${(error as Error).message}`
    }
    arm(0, 0)
    const [after, upgraded] = await again()
    process.stdout.write(`${JSON.stringify({ at, said, after, upgraded })}\n`)
    if (said.startsWith('ok')) break
  }

// What the next start finds, once the disk has room again.
async function again(): Promise<[string, boolean]> {
  const { lookAtStores: look } = await import('../../../main/master/upgrade/look.ts')
  const before = look(dataDir!).kind
  try {
    return [await startOn(dataDir!), before === 'current']
  } catch (error) {
    return [`FAILED: ${(error as Error).message}`, false]
  }
}

function arm(at: number, number: number) {
  try {
    unlinkSync(`/disk-fault/${at}/${number}`)
  } catch {
    // The layer answers that there is no such file.
  }
}
