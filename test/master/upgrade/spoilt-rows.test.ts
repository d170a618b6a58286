import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createBackup } from '../../../main/master/backup/create.ts'
import { restoreBackup } from '../../../main/master/backup/restore.ts'
import { exportData } from '../../../main/master/exchange/export.ts'
import { importData } from '../../../main/master/exchange/import.ts'
import { checkDataDirectory } from '../../../main/master/upgrade/check.ts'
import { startOn } from '../../helpers/disk/start-program.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { hashHistory } from '../../helpers/history-hash.ts'
import { testMaster } from '../../helpers/master.ts'
import { createRandom, type Random } from '../../helpers/random.ts'
import { releaseData } from '../../helpers/releases.ts'

const FACTS = { version: 'test', now: 1_796_000_000_000 }
const SEED = Number(process.env.TRIPHAMMER_SPOILT_SEED ?? Math.floor(Math.random() * 1e9))
const ODD: Readonly<Record<string, readonly SQLInputValue[]>> = {
  INTEGER: [2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -1n, 0n],
  REAL: [Number.POSITIVE_INFINITY, -0],
  TEXT: ['', 'x', '{"a":"x\u0001', 'null', '[]', '{}', '\u2028\u0000', '9'.repeat(400)],
}

/** Gives some rows of each column of history a value that no version writes. Says which. */
function spoil(dataDir: string, random: Random, share: number): string[] {
  const db = new DatabaseSync(join(dataDir, 'history.sqlite'))
  db.exec('PRAGMA foreign_keys=OFF; BEGIN')
  const done: string[] = []
  const columns = db
    .prepare(
      `SELECT t.name AS "table", c.name AS "column", c.type FROM sqlite_schema t JOIN pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'quarantine'`,
    )
    .all() as { table: string; column: string; type: string }[]
  for (const { table, column, type } of columns) {
    if (!ODD[type] || !random.chance(share)) continue
    const value = random.pick(ODD[type])
    const where = `${column} IN (SELECT ${column} FROM ${table} ORDER BY random() LIMIT 1)`
    try {
      const { changes } = db
        .prepare(`UPDATE OR IGNORE ${table} SET ${column} = ? WHERE ${where}`)
        .run(value)
      if (changes) done.push(`${table}.${column} = ${String(value).slice(0, 20)}`)
    } catch {
      // A constraint of the schema keeps such a value out.
    }
  }
  db.exec('COMMIT')
  db.close()
  return done
}

test(`rows that were spoilt stop no upgrade, backup, restore, export or import (seed ${SEED})`, async () => {
  for (let i = 0; i < 8; i++) {
    const random = createRandom(SEED + i)
    const dataDir = releaseData('0.1.0', 'clean')
    const done = spoil(dataDir, random, i === 0 ? 1 : 0.3)
    const told = `seed ${SEED + i}: ${done.join(', ')}`
    await startOn(dataDir).catch(error => {
      throw new Error(`${told}: ${error.message}`)
    })
    const afterwards = hashHistory(dataDir)
    const { folder } = await createBackup({ ...FACTS, dataDir, reason: 'manual' })
    const from = temporaryFolder('elsewhere')
    cpSync(folder, from, { recursive: true })
    const restored = temporaryFolder('restored')
    await restoreBackup({ ...FACTS, dataDir: restored, from })
    expect([told, hashHistory(restored)]).toEqual([told, afterwards])
    const into = join(temporaryFolder('export'), 'all')
    await exportData({ ...FACTS, dataDir, into })
    const imported = temporaryFolder('imported')
    mkdirSync(imported, { recursive: true })
    await importData({ ...FACTS, dataDir: imported, from: into })
    expect([told, hashHistory(imported)]).toEqual([told, afterwards])
    expect([told, checkDataDirectory(dataDir, 'test', { whole: true, now: 0 }).trouble]).toEqual([
      told,
      null,
    ])
  }
}, 60_000)

test.each([2n ** 63n - 1n, 2n ** 53n - 1n, -1n])(
  'ids that were counted up to %d are counted from the newest row again',
  async seq => {
    const one = await testMaster({
      config: { builders: [{ name: 'a', steps: [{ shell: 'true' }] }] },
    })
    await one.build('a')
    await one.stop()
    const db = new DatabaseSync(join(one.dataDir, 'history.sqlite'))
    db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'builds'").run(seq)
    db.close()
    const again = await testMaster({ dataDir: one.dataDir })
    expect((await again.build('a')).id).toBe(2)
  },
)

test(`a master starts on rows that were spoilt, answers, and builds (seed ${SEED})`, async () => {
  for (let i = 0; i < 3; i++) {
    const random = createRandom(SEED + 100 + i)
    const dataDir = releaseData('0.1.0', 'clean')
    const done = spoil(dataDir, random, 0.3)
    const told = `seed ${SEED + 100 + i}: ${done.join(', ')}`
    const one = await testMaster({
      dataDir,
      config: {
        builders: [{ name: 'new', steps: [{ name: 'echo', shell: 'echo a' }] }],
        schedulers: [
          { name: 'nightly', kind: 'nightly', cron: '0 3 * * *', builders: ['new'] },
          { name: 'asked', kind: 'force', builders: ['new'] },
        ],
      },
    }).catch(error => {
      throw new Error(`${told}: ${error.stack}`)
    })
    // What is left of them can be asked for.
    for (const { id } of one.data.builds({ limit: 50 })) one.data.stepsOfBuild(id)
    for (const change of one.data.changes({ limit: 50 })) one.data.buildsOfChange(change.id)
    one.data.slaves()
    one.data.projects()
    const build = await one.build('new')
    expect([told, one.steps(build)]).toEqual([told, { echo: 'success' }])
    await one.stop()
  }
}, 60_000)
