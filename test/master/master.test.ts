import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'
import { outcome, type TestMaster, testMaster } from '../helpers/master.ts'
import { processesWith } from '../helpers/processes.ts'
import { makeRepository } from '../helpers/repository.ts'

const LONG = { name: 'long', steps: [{ shell: 'echo on; sleep 600', name: 'x' }] }
const QUICK = { name: 'quick', steps: [{ shell: 'true', name: 'x' }] }

const pidOf = (one: TestMaster, slave = 'local') => one.data.slave(slave)!.info.pid as number

async function online(one: TestMaster, slave = 'local') {
  while (one.data.slave(slave)?.state !== 'online') await one.until('slave/changed')
}

test('a new configuration leaves alone what did not change', async () => {
  const one = await testMaster({ config: { builders: [LONG] } })
  const id = one.request('long')
  const step = await one.wrote('x', 'on')
  const before = pidOf(one)
  one.configure({
    slaves: [{ name: 'local', maxBuilds: 3, tags: ['new'] }],
    builders: [LONG, QUICK],
  })
  const built = await one.build('quick')
  const running = one.data.build(step.buildId)!
  one.master.distributor.stopBuild(running.id, 'the end')
  await one.completed(id)
  expect([running.completeAt, outcome(built), pidOf(one), one.data.slave('local')]).toMatchObject([
    null,
    'success: build successful',
    before,
    { maxBuilds: 3, tags: ['new'], state: 'online' },
  ])
})

test('a bad configuration takes nothing out of force, and a good one mends it', async () => {
  const one = await testMaster({ config: { builders: [QUICK] } })
  const bad = one.configure('builders: [')
  const built = await one.build('quick')
  const good = one.configure({ title: 'Mended', builders: [QUICK] })
  expect([bad, outcome(built), good.good, one.master.config.current.title]).toMatchObject([
    { good: false, problems: [{ line: 1, reason: expect.stringMatching(/^not YAML: /) }] },
    'success: build successful',
    true,
    'Mended',
  ])
})

test('a start with a bad configuration goes on with the last good one', async () => {
  const folder = temporaryFolder('config')
  const configFile = join(folder, 'here', 'master.yml')
  mkdirSync(join(folder, 'here'))
  const repository = makeRepository({ folder, name: 'calc' })
  repository.commit('the first')
  const config = {
    projects: [{ name: 'calc', repository: '../calc', poll: 'off' }],
    builders: [QUICK],
  }
  const one = await testMaster({ configFile, config })
  await one.stop()
  writeFileSync(configFile, 'builders: [{ name: quick }]')
  await one.restart()
  // Relative paths begin at the file that was named, and not at where the copy is kept.
  expect([
    one.master.config.status.problems.map(problem => [problem.file, problem.key]),
    one.data.projects().map(project => project.repository),
    outcome(await one.build('quick')),
  ]).toEqual([[[configFile, 'builders[0].steps']], [repository.path], 'success: build successful'])
})

test('a configuration file that goes away is a fault, and nothing is taken out of force', async () => {
  const one = await testMaster({ config: { builders: [QUICK] } })
  rmSync(one.configFile)
  const { good, problems } = one.master.config.reload()
  expect([good, problems.map(one => one.reason), one.data.builderByName('quick')!.active]).toEqual([
    false,
    ['there is no such file'],
    true,
  ])
})

test('a change of the file is seen', async () => {
  const one = await testMaster({ config: { builders: [QUICK] } })
  const changed = one.until('config/changed')
  writeFileSync(one.configFile, 'title: Seen\n')
  await changed
  expect(one.master.config.current.title).toBe('Seen')
})

test('without a configuration there is an empty desk with one slave', async () => {
  const one = await testMaster()
  await online(one)
  expect([one.data.builders(), one.data.slaves().map(slave => slave.name)]).toEqual([[], ['local']])
})

test('a slave that is no longer named goes, and its build is tried again on another', async () => {
  const one = await testMaster({ config: { slaves: [{ name: 'old' }], builders: [LONG] } })
  const id = one.request('long')
  await one.wrote('x', 'on')
  one.configure({ slaves: [{ name: 'new' }], builders: [{ ...QUICK, name: 'long' }] })
  await one.completed(id)
  expect(one.data.buildsOfRequest(id).map(build => [build.slave, build.results])).toEqual([
    ['old', 5],
    ['new', 0],
  ])
})

test('a slave that is named again while it still leaves comes back', async () => {
  const config = { slaves: [{ name: 'local' }], builders: [QUICK] }
  const one = await testMaster({ config })
  await online(one)
  const before = pidOf(one)
  one.configure({ slaves: [{ name: 'other' }], builders: [QUICK] })
  one.configure(config)
  const built = await one.build('quick')
  expect([outcome(built), pidOf(one) === before, one.data.slave('local')!.state]).toEqual([
    'success: build successful',
    false,
    'online',
  ])
})

test('a slave that can not be started says why, and is tried again after a growing pause', async () => {
  const reasons: string[] = []
  const program = { file: '/bin/sh', args: ['-c', 'echo no slave today; exit 7'], env: {} }
  const one = await testMaster({ config: { builders: [QUICK] }, slaveProgram: program })
  while (reasons.length < 2) {
    const { state, reason } = await one.until('slave/changed')
    if (state === 'offline' && reason && reasons.at(-1) !== reason) reasons.push(reason)
  }
  expect([reasons, one.data.slaveConsole('local')]).toEqual([
    [
      expect.stringMatching(/exit status 7\)?; started again in 0\.5 s$/),
      expect.stringMatching(/exit status 7\)?; started again in 1 s$/),
    ],
    expect.stringContaining('no slave today'),
  ])
})

test('a master that has stopped leaves no process behind', async () => {
  const one = await testMaster({
    config: {
      builders: [
        {
          name: 'a',
          steps: [
            {
              shell: 'setsid sleep 600 & setsid sh -c "trap : TERM; sleep 600" & echo on; wait',
              name: 'x',
            },
          ],
        },
      ],
    },
  })
  one.request('a')
  await one.wrote('x', 'on')
  await one.stop()
  expect(processesWith(one.dataDir)).toEqual([])
})

test('each run of a master is remembered with how it ended', async () => {
  const one = await testMaster({ version: '1.2.3' })
  await one.restart({ version: '1.2.4', shell: 'desktop' })
  expect(one.data.runs(9)).toMatchObject([
    { version: '1.2.4', shell: 'desktop', ending: null },
    { version: '1.2.3', shell: 'headless', ending: 'clean' },
  ])
})

test('a dormant master reads and writes history, and runs nothing', async () => {
  const one = await testMaster({ config: { builders: [QUICK] } })
  await one.build('quick')
  await one.restart({ mode: 'dormant' })
  const id = one.request('quick')
  await new Promise(resolve => setTimeout(resolve, 100))
  expect([
    one.data.builds({ limit: 9 }).map(outcome),
    one.data.request(id)!.claimedAt,
    one.data.runs(9).length,
    processesWith(one.dataDir),
  ]).toEqual([['success: build successful'], null, 1, []])
})
