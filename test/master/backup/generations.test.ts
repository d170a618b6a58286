import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BACKUPS, createBackup } from '../../../main/master/backup/create.ts'
import {
  applyGenerations,
  chooseDropped,
  type Generation,
} from '../../../main/master/backup/generations.ts'
import { listBackups } from '../../../main/master/backup/list.ts'
import { openDatabase } from '../../../main/master/db/database.ts'
import { openHistory } from '../../../main/master/db/history.ts'
import { migrate } from '../../../main/master/db/migrate.ts'
import { LOG_MIGRATIONS } from '../../../main/master/logs/log-migrations.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const DAY = 86_400_000
const NOW = 1000 * DAY
const ROOM = { keep: 10, maxSizeBytes: 5e9 }

/** `d3`: a daily one of three days ago; `b` before an update, `m` by hand, `r` replaced. */
function backups(...names: string[]): Generation[] {
  const reasons = { d: 'daily', b: 'before', m: 'manual', r: 'replaced' } as const
  return names.map(name => ({
    name,
    reason: reasons[name[0] as keyof typeof reasons],
    madeAt: NOW - Number(name.slice(1)) * DAY,
    sizeBytes: 1e8,
  }))
}

test.each([
  ['fewer than are wanted', ROOM, ['d0', 'd1', 'm1.2', 'b2'], []],
  [
    'the oldest daily ones go, but for one a week',
    ROOM,
    ['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7', 'd8', 'd9', 'd15', 'd16', 'd23'],
    ['d8', 'd9', 'd16'],
  ],
  [
    'those of one day go before those of other days',
    { ...ROOM, keep: 3 },
    ['m0.1', 'm0.2', 'm0.3', 'd1', 'd2'],
    ['m0.2', 'm0.3'],
  ],
  [
    'the newest one before an update outlives daily ones',
    { ...ROOM, keep: 3 },
    ['d0', 'd1', 'd2', 'd3', 'b40'],
    ['d2', 'd3'],
  ],
  [
    'five before updates, and no more, when others want room',
    { ...ROOM, keep: 8 },
    ['d0', 'd1', 'b100', 'b101', 'b102', 'b103', 'b104', 'b105', 'b106', 'd2'],
    ['b105', 'b106'],
  ],
  [
    'as many as there is room for',
    { keep: 100, maxSizeBytes: 3.5e8 },
    ['d0', 'd1', 'd2', 'd3'],
    ['d3'],
  ],
  [
    'the newest stays also when it alone is too large',
    { keep: 1, maxSizeBytes: 1 },
    ['d0', 'b1'],
    ['b1'],
  ],
  ['nothing', ROOM, [], []],
])('%s', (_, settings, names, dropped) => {
  expect(chooseDropped(backups(...names), settings, NOW).sort()).toEqual([...dropped].sort())
})

test('the only good one is never removed, and a damaged one is left to its owner', async () => {
  const dataDir = temporaryFolder('data')
  const history = openHistory(join(dataDir, 'history.sqlite'))
  const logs = openDatabase(join(dataDir, 'logs.sqlite'))
  migrate(logs, LOG_MIGRATIONS.at(-1)!.version, LOG_MIGRATIONS)
  history.close()
  logs.close()
  for (let n = 0; n < 3; n++)
    await createBackup({ dataDir, reason: 'manual', version: '1.0.0', now: NOW + n })
  const [newest, second, oldest] = listBackups(dataDir)
  rmSync(join(newest!.folder, 'logs.sqlite'))
  rmSync(join(second!.folder, 'manifest.json'))
  cpSync(oldest!.folder, join(dataDir, BACKUPS, '.unfinished-x'), { recursive: true })
  expect(await applyGenerations(dataDir, { keep: 1, maxSizeBytes: 0, daily: true }, NOW)).toEqual(
    [],
  )
  expect(listBackups(dataDir).map(one => [one.name, one.problem === null])).toEqual([
    [newest!.name, false],
    [oldest!.name, true],
    [second!.name, false],
  ])
  expect(existsSync(oldest!.folder)).toBe(true)
  expect(readdirSync(oldest!.folder)).toContain('manifest.json')
})
