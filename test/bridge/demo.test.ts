import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { demoFolder } from '../../main/master/demo/demo.ts'
import { openBridge } from '../helpers/bridge.ts'
import { outcome, testMaster } from '../helpers/master.ts'

const MINE = `# mine
title: My desk # beside
slaves: [{ name: local, maxBuilds: 4 }]
projects: # all of them
  - { name: lib, repository: /nowhere/lib }
builders:
  - name: own # of my own
    steps: [{ shell: "true" }]
`

test('the demo really builds: green, red, warnings and one that runs; it goes, and nothing else does', async () => {
  const desk = await testMaster({ config: MINE })
  const { ask } = openBridge(desk.master)
  const { data } = desk

  // Two clicks at once are one demo.
  await Promise.all([ask('demo:add'), ask('demo:add')])
  const ids = new Map(data.builders().map(({ name, id }) => [id, name]))
  const requests = data.openRequests()
  const soak = requests.findLast(one => ids.get(one.builderId) === 'demo soak')!
  await Promise.all(requests.filter(one => one !== soak).map(one => desk.completed(one.id)))
  await desk.wrote('soak', 'round 2: 4')

  const results: Record<string, string[]> = {}
  for (const build of [...data.builds({ limit: 100 })].sort((a, b) => a.number - b.number))
    (results[ids.get(build.builderId)!] ??= []).push(outcome(build).split(':')[0]!)
  const running = data.runningBuilds()[0]!
  const refused = await ask('demo:add').catch((error: Error) => error.message)
  await ask('demo:remove')
  await desk.completed(soak.id)

  expect(results).toEqual({
    'demo tests': ['success', 'success', 'failure', 'failure', 'success', 'success'],
    'demo lint': ['success', 'success', 'success', 'warnings', 'warnings', 'success'],
    'demo site': Array(6).fill('success'),
    'demo soak': [...Array(5).fill('success'), 'not yet'],
  })
  expect(refused).toBe('the demo is on this desk already')
  expect(outcome(data.build(running.id)!)).toMatch(/^cancelled/)
  expect(
    data.changes({ limit: 10 }).map(({ who, subject }) => `${who.split(' <')[0]}: ${subject}`),
  ).toContain('رنا سالم: Mend the sign of negate')
  const after = readFileSync(desk.configFile, 'utf8')
  expect(after).toBe(`${MINE}schedulers: []\n`)
  expect(desk.master.config.status.good).toBe(true)
  expect(
    data
      .builders()
      .filter(one => one.active)
      .map(one => one.name),
  ).toEqual(['own'])
  expect(existsSync(demoFolder(desk.dataDir))).toBe(false)
  expect(await ask('demo:remove').catch((error: Error) => error.message)).toBe(
    'there is no demo on this desk',
  )
})

test('another project of that name is left alone, and so is a file with a fault', async () => {
  const desk = await testMaster({
    config: { projects: [{ name: 'demo', repository: '/srv/demo' }] },
  })
  const { ask } = openBridge(desk.master)
  const said = () => ask('demo:add').catch((error: Error) => error.message)

  const other = await said()
  desk.configure(MINE.replace(/projects:[\s\S]*builders/, 'builders'))
  const without = await said()
  desk.configure({ slaves: [{ name: 'local' }] })
  desk.configure('builders: 3\n')
  expect([other, without, await said(), existsSync(demoFolder(desk.dataDir))]).toEqual([
    'there is another project "demo". Give that another name in master.yml first.',
    'builder "own" has no project and would be given the demo\'s. Give it one in master.yml first.',
    expect.stringContaining('"builders" of master.yml is not a list'),
    false,
  ])
})
