import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../main/master/db/database.ts'
import { ROOT, testMaster } from '../helpers/master.ts'

test('nothing but json.ts reads JSON that is stored in a database', () => {
  const files = globSync('main/master/{db,data,logs,bisect,process,schedulers,slaves}/**/*.ts', {
    cwd: ROOT,
  })
  expect(files.length).toBeGreaterThan(100)
  const bare = files.filter(file => readFileSync(join(ROOT, file), 'utf8').includes('JSON.parse('))
  // These read what comes from another process, not from a row.
  expect(bare.sort()).toEqual([
    'main/master/db/json.ts',
    'main/master/slaves/elastic/bootstrap.ts',
    'main/master/slaves/elastic/pod.ts',
    'main/master/slaves/orphans.ts',
    'main/master/slaves/remote/slave-door.ts',
  ])
})

test('a master starts on values that are no JSON, says so, and has them from its configuration', async () => {
  const one = await testMaster({
    config: {
      builders: [{ name: 'a', tags: ['fast'], steps: [{ shell: 'echo a' }] }],
      slaves: [{ name: 'local' }],
    },
  })
  await one.build('a')
  await one.stop()
  const db = openDatabase(join(one.dataDir, 'history.sqlite'))
  const odd = `'{"a":"x' || char(1)`
  db.exec(`UPDATE builders SET tags = ${odd}, slaves = ${odd}`)
  db.exec(`UPDATE slaves SET info = ${odd}, tags = 'x', paused = '', quarantine = ${odd}`)
  db.exec(`UPDATE build_properties SET value = ${odd}`)
  db.close()

  await one.restart()
  expect(one.data.builderByName('a')).toMatchObject({ tags: ['fast'], slaves: ['local'] })
  expect(one.data.slave('local')).toMatchObject({ paused: null, quarantine: null })
  expect(one.said.filter(line => line.startsWith('history-odd-values'))).toEqual([
    expect.stringContaining(
      'tags in 1 row of builders, slaves in 1 row of builders, tags in 1 row of slaves, info in 1 row of slaves, paused in 1 row of slaves, quarantine in 1 row of slaves',
    ),
  ])
  expect((await one.build('a')).results).toBe(0)
})
