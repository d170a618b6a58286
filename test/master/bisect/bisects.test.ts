import { expect, test } from 'vitest'
import type { Build, BuildRequest, Change } from '../../../main/master/model.ts'
import { BISECT_SCHEDULER } from '../../../main/master/results.ts'
import { openBridge, type TestBridge } from '../../helpers/bridge.ts'
import { insertRows, ODD_JSON as ODD, spoil } from '../../helpers/database.ts'
import { outcome, type TestMaster, testMaster } from '../../helpers/master.ts'
import { makeRepository, type TestRepository } from '../../helpers/repository.ts'

// What is built says itself how that ends.
const CHECK = { shell: '. ./check.sh', name: 'check' }

interface Desk {
  readonly one: TestMaster
  readonly changes: readonly Change[]
  readonly bridge: TestBridge
  /** A build of the n-th change; 0 is what was there before them. */
  build(nth: number): Promise<Build>
}

/** A repository with changes that do what `checks` say, the first of them before all others. */
async function desk(checks: readonly string[], builders: readonly object[] = []): Promise<Desk> {
  const repository = makeRepository()
  repository.commit('begin', { 'check.sh': `${checks[0]}\n` })
  const one = await testMaster({
    config: {
      slaves: [{ name: 'local' }],
      projects: [{ name: 'calc', repository: repository.path, poll: 'off' }],
      builders: [{ name: 'a', project: 'calc', steps: ['git', CHECK] }, ...builders],
      schedulers: [{ name: 'by hand', kind: 'force', builders: ['a'] }],
    },
  })
  await one.master.poll()
  for (const [i, check] of checks.slice(1).entries())
    commit(repository, `change ${i + 1}`, `${check}\n# ${i}\n`)
  await one.master.poll()
  const changes = one.data.changes({ limit: 100 }).reverse()
  const bridge = openBridge(one.master)
  return {
    one,
    changes,
    bridge,
    build(nth) {
      const { id, revision } = changes[nth]!
      return one.build('a', { branch: 'main', revision, changes: [id] })
    },
  }
}

const NO_SOURCES = 'no sources'

function commit(repository: TestRepository, message: string, check: string) {
  const broken = check.startsWith(NO_SOURCES)
  const modules = '[submodule "part"]\n  path = part\n  url = /nowhere/part.git\n'
  repository.commit(message, { 'check.sh': check, modules: broken ? modules : '' })
  if (!broken) return
  // What it is made of is nowhere to be had.
  repository.git('mv', '--force', 'modules', '.gitmodules')
  repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},part`)
  repository.git('commit', '--quiet', '--amend', '--no-edit')
}

/** Waits for the end of a bisect. Gives what it built, by the place of the changes, and what it says. */
async function ended({ one, changes, bridge }: Desk, red: Build) {
  const state = async () => (await bridge.ask('build:details', red.id)).bisect.state!
  while ((await state()).running) await one.until('request/changed', isOver)
  const own = one.data.builds({ limit: 100, oldestFirst: true }).filter(isOfBisect)
  return {
    built: own.map(build => changes.findIndex(change => change.revision === build.revision)),
    words: (await state()).words,
    suspects: (await state()).suspects.map(change => change.subject),
  }
}

const isOver = (request: BuildRequest) => request.completeAt !== null
const isOfBisect = (build: Build) => build.scheduler === BISECT_SCHEDULER

test('of eight changes the one that broke the build is found, and the builder stays red', async () => {
  const all = await desk([
    'true',
    'true',
    'true',
    'true',
    'true',
    'true',
    'false',
    'false',
    'false',
  ])
  const { one, build, changes } = all
  const { ask } = all.bridge
  const green = await build(0)
  const red = await build(8)
  expect(await ask('build:bisect', { id: red.id })).toEqual({ requestId: expect.any(Number) })
  const end = await ended(all, red)
  const revision = changes[6]!.revision.slice(0, 7)
  const words = `first bad is ${revision} by Ada Lovelace, after 3 builds`
  expect(end).toEqual({ built: [4, 6, 5], words, suspects: ['change 6'] })
  const [event] = one.data.events(0, 1)
  const last = one.data.builds({ limit: 1 })[0]!
  const { bisect, properties } = await ask('build:details', last.id)
  const [told] = await ask('history:red')
  expect([event!.kind, event!.subject, event!.detail]).toEqual(['bisect-ended', 'a #2', words])
  expect([outcome(last), last.reason, bisect.of, properties.bisect!.value]).toEqual([
    'success: build successful',
    'bisect of #2: 2 changes left',
    2,
    { good: green.number, bad: red.number },
  ])
  expect([told!.last.number, told!.first.number, told!.count]).toEqual([2, 2, 1])
  // What is known already is not built again.
  expect(await ask('build:bisect', { id: red.id })).toEqual({ requestId: null })
  expect((await ended(all, red)).words).toBe(words)
})

test('with the next master a bisect goes on from what history has, also where the last one said nothing more', async () => {
  const all = await desk(['true', 'true', 'true', 'false', 'false', 'false', 'false'])
  const { one, build, bridge } = all
  await build(0)
  const red = await build(6)
  one.data.pauseSlave('local', { reason: 'a test' })
  const { requestId } = await bridge.ask('build:bisect', { id: red.id })
  // As if it were killed between the end of a build and its next word.
  one.master.bisects.end()
  one.data.unpauseSlave('local')
  await one.completed(requestId!)
  const silent = one.data.openRequests()
  bridge.news.stop()
  await one.restart()
  const end = await ended({ ...all, bridge: openBridge(one.master) }, red)
  expect([silent, end.built, end.suspects]).toEqual([[], [3, 1, 2], ['change 3']])
})

test('what can’t be tested is tried twice and passed over, and the end says so', async () => {
  const all = await desk(['true', 'true', NO_SOURCES, 'false', 'false'])
  const { build, changes } = all
  await build(0)
  const red = await build(4)
  await all.bridge.ask('build:bisect', { id: red.id })
  const { built, words, suspects } = await ended(all, red)
  const [first, last] = [2, 3].map(nth => changes[nth]!.revision.slice(0, 7))
  expect([built, suspects, words]).toEqual([
    [2, 2, 1, 3],
    ['change 2', 'change 3'],
    `first bad is one of 2 changes, ${first} by Ada Lovelace to ${last} by Ada Lovelace, after 4 builds; those before the last can't be tested`,
  ])
})

test('a bisect waits behind everything else, and ends when a person stops it or its build', async () => {
  const all = await desk(
    ['true', 'true', 'echo on; exec sleep 600', 'false', 'false'],
    [{ name: 'b', project: 'calc', steps: [{ shell: 'true' }] }],
  )
  const { one, build, bridge } = all
  const { ask } = bridge
  const why = (asked: Promise<unknown>) => asked.catch((error: Error) => error.message)
  await build(0)
  const red = await build(4)
  one.data.pauseSlave('local', { reason: 'a test' })
  const first = await ask('build:bisect', { id: red.id })
  const twice = await why(ask('build:bisect', { id: red.id }))
  const others = [one.request('b'), one.request('a', { branch: 'main' })]
  const begun = one.wrote('check', 'on')
  one.data.unpauseSlave('local')
  await begun
  const last = one.data.builds({ limit: 1 })[0]!
  const before = others.map(id => one.data.request(id)!.completeAt !== null)
  await ask('build:stop', { id: last.id, reason: 'a test' })
  await one.completed(last.requestId)
  const { words } = await ended(all, red)
  expect([last.requestId, before, twice, words]).toEqual([
    first.requestId,
    [true, true],
    "can't be bisected: a is bisected already, for #2",
    'stopped with a build of it, with 4 changes left',
  ])

  const again = one.wrote('check', 'on')
  const second = await ask('build:bisect', { id: red.id })
  await again
  await ask('build:stopBisect', { id: red.id })
  await one.completed(second.requestId!)
  expect([(await ended(all, red)).words, one.data.openRequests()]).toEqual([
    'stopped by hand, with 4 changes left',
    [],
  ])
  expect(await why(ask('build:stopBisect', { id: red.id }))).toBe('a is not being bisected')
})

test('what can’t be bisected says why', async () => {
  const { build, bridge } = await desk(['true', 'false', 'true', 'false', 'false'])
  const why = (red: Build) =>
    bridge.ask('build:bisect', { id: red.id }).then(
      () => 'it was done',
      (error: Error) => error.message,
    )
  const first = await build(3)
  const green = await build(2)
  const red = await build(3)
  expect([await why(first), await why(green), await why(red)]).toEqual([
    "can't be bisected: no build of a before #1 was good with an earlier change of main",
    "can't be bisected: #2 did not fail",
    expect.stringMatching(
      /^can't be bisected: the only change between #2 and #3 is [0-9a-f]{7} by Ada Lovelace, so that one broke it$/,
    ),
  ])
})

test('rows of bisects that a hand has spoilt are as good as nothing: the master starts, answers and bisects', async () => {
  const all = await desk(['true', 'true', 'false', 'false'])
  const { one, build } = all
  await build(0)
  const red = await build(3)
  const row = (ended: unknown, bad = red.number) =>
    JSON.stringify({ good: 1, bad, since: 1, ended })
  const gone = { kind: 'found', change: 999, builds: 1 }
  spoil(one.dataDir, db => {
    const values = [...ODD, row({ kind: 'lost' }), row(null, 99), row(null, 1)]
    for (const [i, value] of values.entries())
      insertRows(db, 'scheduler_state', [
        { scheduler: 'bisect', key: `${i % 2 ? red.builderId : 'nobody'} ${100 + i}`, value },
      ])
    const key = `${red.builderId} ${red.number}`
    insertRows(db, 'scheduler_state', [{ scheduler: 'bisect', key, value: row(gone) }])
    const { buildsetId } = one.data.request(red.requestId)!
    for (const [table, id] of [
      ['buildset', buildsetId],
      ['build', red.id],
    ] as const)
      for (const [i, value] of ODD.entries())
        insertRows(db, `${table}_properties`, [
          { [`${table}_id`]: id, name: i === 0 ? 'bisect' : `odd ${i}`, source: 'Bisect', value },
        ])
  })
  all.bridge.news.stop()
  await one.restart()
  const bridge = openBridge(one.master)
  const { bisect } = await bridge.ask('build:details', red.id)
  await bridge.ask('build:bisect', { id: red.id })
  const { suspects } = await ended({ ...all, bridge }, red)
  const said = one.said.filter(line => /bisect|unexpected/.test(line))
  expect([bisect.problem, bisect.of, bisect.state?.running, suspects]).toEqual([
    null,
    null,
    false,
    ['change 2'],
  ])
  expect([said, bridge.faults]).toEqual([[], []])
})
