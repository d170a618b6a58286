import '../../helpers/with-processes.ts'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startBackups } from '../../../main/master/backup/backups.ts'
import type { Backup } from '../../../main/master/backup/create.ts'
import { DEFAULT_BACKUPS } from '../../../main/master/backup/settings.ts'
import { openDatabase } from '../../../main/master/db/database.ts'
import { openHistory } from '../../../main/master/db/history.ts'
import { migrate } from '../../../main/master/db/migrate.ts'
import { LOG_MIGRATIONS } from '../../../main/master/logs/log-migrations.ts'
import { later } from '../../helpers/cleanup.ts'
import { createFakeClock } from '../../helpers/clock.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const HOUR = 3_600_000

function desk(settings = DEFAULT_BACKUPS) {
  const dataDir = temporaryFolder('data')
  const db = openHistory(join(dataDir, 'history.sqlite'))
  later(() => db.close())
  const logs = openDatabase(join(dataDir, 'logs.sqlite'))
  migrate(logs, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  later(() => logs.close())
  const clock = createFakeClock()
  let tell: (said: string) => void = () => {}
  const backups = startBackups({
    dataDir,
    configFile: join(dataDir, 'master.yml'),
    version: '1.0.0',
    clock,
    settings: () => settings,
    daily: true,
    onMade: ({ manifest }: Backup) => tell(manifest.reason),
    onFailed: reason => tell(reason),
  })
  later(backups.stop)
  return {
    dataDir,
    db,
    clock,
    backups,
    next: () => new Promise<string>(resolve => (tell = resolve)),
  }
}

test('one is made each day on which something changed', async () => {
  const { clock, backups, db, next } = desk()
  let made = next()
  clock.advance(5 * 60_000)
  expect(await made).toBe('daily')
  clock.advance(HOUR)
  // Nothing has changed since, as the wish that is carried out next shows.
  clock.advance(30 * HOUR)
  await backups.create({ reason: 'manual' })
  expect(backups.list().map(one => one.manifest?.reason)).toEqual(['manual', 'daily'])
  db.run(
    "INSERT INTO changes (project, repository, branch, revision, who, comments, files, at, received_at) VALUES ('', '', '', '', '', '', '[]', 0, 0)",
  )
  made = next()
  clock.advance(23 * HOUR)
  expect(backups.list()).toHaveLength(2)
  clock.advance(2 * HOUR)
  expect(await made).toBe('daily')
  expect(backups.list().map(one => one.manifest?.reason)).toEqual(['daily', 'manual', 'daily'])
})

test('one before an update is named by the version to come', async () => {
  const { clock, backups } = desk()
  const seen: string[] = []
  const { name, manifest } = await backups.create({
    reason: 'before',
    coming: '1.1.0',
    onProgress: ({ stage }) => void (seen.at(-1) === stage || seen.push(stage)),
  })
  const time = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '-')
  expect(name).toBe(`before-1.1.0-${time}Z`)
  expect(manifest).toMatchObject({ reason: 'before', version: '1.0.0', label: '1.1.0' })
  expect(seen).toEqual(['history', 'logs', 'files', 'verify'])
})

test('wishes are carried out one after the other, and what there is no room for goes', async () => {
  const { backups, clock } = desk({ ...DEFAULT_BACKUPS, keep: 2 })
  const made = await Promise.all([1, 2, 3].map(() => backups.create({ reason: 'manual' })))
  expect(new Set(made.map(one => one.name)).size).toBe(3)
  expect(backups.list()).toHaveLength(2)
  await backups.stop()
  expect(clock.waiting).toBe(0)
  await expect(backups.create({ reason: 'manual' })).rejects.toThrow('the master is stopping')
})

test('a daily one that can not be made is told of, and nothing is left of it', async () => {
  const { clock, next, dataDir, db } = desk()
  db.exec('DROP TABLE artifacts')
  mkdirSync(join(dataDir, 'backups', '.unfinished-before'), { recursive: true })
  const said = next()
  clock.advance(5 * 60_000)
  expect(await said).toBe('no such table: artifacts')
  expect(readdirSync(join(dataDir, 'backups'))).toEqual(['.unfinished-before'])
})
