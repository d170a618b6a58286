import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseConfig } from '../../../main/master/config/parse.ts'
import type { NewChange } from '../../../main/master/db/changes.ts'
import type { Database } from '../../../main/master/db/database.ts'
import { startSchedulers } from '../../../main/master/schedulers/schedulers.ts'
import { later } from '../../helpers/cleanup.ts'
import { testData } from '../../helpers/data.ts'
import { openTestDatabase } from '../../helpers/database.ts'

const S = 1000
const MIN = 60 * S
const H = 60 * MIN

const builder = (name: string, project = 'calc') => ({ name, project, steps: [{ shell: 'true' }] })

/** Schedulers over data without a master: time stands still until it is told otherwise. */
function schedule(schedulers: readonly object[], db: Database = openTestDatabase()) {
  const store = testData(db)
  const { data, clock } = store
  let current = read(schedulers)
  data.saveBuilders(current.builders.map((one, position) => ({ ...one, position })))
  const faults: string[] = []
  const running = startSchedulers({
    ...store,
    config: () => current,
    log: text => faults.push(text),
  })
  running.configure(current.schedulers)
  running.forgetOthers(current.schedulers)
  later(running.stop)
  return {
    ...store,
    db,
    faults,
    schedulers: running,
    configure(next: readonly object[]) {
      current = read(next)
      running.configure(current.schedulers)
      running.forgetOthers(current.schedulers)
    },
    commit: (subject: string, change: Partial<NewChange> = {}) =>
      store.change({ comments: subject, ...change }),
    /** What has been asked for: builders, branch, revision, and the changes that it takes along. */
    asked() {
      return data
        .buildsets(99)
        .toReversed()
        .map(set => {
          const requests = data.requestsOfBuildset(set.id)
          const names = requests.map(one => data.builder(one.builderId)!.name).join('+')
          const changes = data.changesOfRequest(requests[0]!.id).map(one => one.subject)
          const { branch, revision } = set.sourcestamp
          return `${names} ${branch ?? '-'}@${revision ?? '-'}: ${changes.join(', ')} (${set.reason})`
        })
    },
    held: (name: string) => data.heldChanges(name).map(one => one.subject),
    advance(ms: number) {
      clock.advance(ms)
    },
  }

  function read(list: readonly object[]) {
    const { config, problems } = parseConfig(
      stringify({
        projects: [
          { name: 'calc', repository: '/srv/calc', branches: ['main', 'release/*'] },
          { name: 'lib', repository: '/srv/lib' },
        ],
        builders: [builder('linux'), builder('mac'), builder('lib', 'lib')],
        schedulers: list,
      }),
      '/master.yml',
    )
    expect(problems).toEqual([])
    return config!
  }
}

const onMain = (rest: object = {}) => ({
  name: 'on main',
  kind: 'singleBranch',
  branch: 'main',
  treeStableTimer: '5s',
  builders: ['linux', 'mac'],
  ...rest,
})
// Keeps the projects from getting a scheduler of their own.
const byHand = { name: 'by hand', kind: 'force', builders: ['linux', 'mac', 'lib'] }

test('changes of one branch are built together once it has been quiet', () => {
  const desk = schedule([onMain(), byHand])
  desk.commit('one')
  desk.advance(4 * S)
  desk.commit('two')
  desk.advance(4 * S)
  const early = desk.asked()
  desk.advance(1 * S)
  expect([early, desk.asked(), desk.held('on main'), desk.clock.waiting]).toEqual([
    [],
    ['linux+mac main@r2: one, two (2 changes on main)'],
    [],
    0,
  ])
})

test('changes on other branches and of other projects are not built', () => {
  const desk = schedule([onMain(), byHand])
  desk.commit('elsewhere', { branch: 'next' })
  desk.commit('alike', { branch: 'main2' })
  desk.commit('of lib', { project: 'lib' })
  desk.advance(1 * H)
  expect([desk.asked(), desk.held('on main')]).toEqual([[], []])
})

test('a branch whose name would be a pattern is that branch', () => {
  const desk = schedule([onMain({ branch: 'fix/[a]*(b)!' }), byHand])
  desk.commit('it', { branch: 'fix/[a]*(b)!' })
  desk.commit('alike', { branch: 'fix/axb!' })
  desk.advance(5 * S)
  expect(desk.asked()).toEqual(['linux+mac fix/[a]*(b)!@r1: it (change on fix/[a]*(b)!)'])
})

test('each branch has a quiet time of its own', () => {
  const any = { name: 'any', kind: 'anyBranch', treeStableTimer: '5s', builders: ['linux'] }
  const desk = schedule([any, byHand])
  desk.commit('one')
  desk.advance(3 * S)
  desk.commit('two', { branch: 'release/1' })
  desk.commit('three', { branch: 'topic' })
  desk.advance(2 * S)
  const first = desk.asked()
  desk.advance(3 * S)
  expect([first, desk.asked().slice(1)]).toEqual([
    ['linux main@r1: one (change on main)'],
    ['linux release/1@r2: two (change on release/1)'],
  ])
})

test('a project without schedulers gets one over its branches', () => {
  const desk = schedule([{ name: 'mine', kind: 'force', builders: ['lib'] }])
  desk.commit('one', { branch: 'release/1' })
  desk.commit('not asked for', { branch: 'topic' })
  desk.commit('lib has one', { project: 'lib' })
  desk.advance(0)
  expect(desk.asked()).toEqual(['linux+mac release/1@r1: one (change on release/1)'])
})

test('without a timer the changes of one push are built together at once', () => {
  const desk = schedule([onMain({ treeStableTimer: 0 }), byHand])
  desk.data.moveBranch({
    project: 'calc',
    branch: 'main',
    revision: 'b',
    changes: ['a', 'b'].map(revision => ({
      project: 'calc',
      repository: '/srv/calc',
      branch: 'main',
      revision,
      who: '',
      comments: revision,
      files: [],
      category: null,
      at: 0,
    })),
  })
  desk.advance(0)
  expect(desk.asked()).toEqual(['linux+mac main@b: a, b (2 changes on main)'])
})

test('changes that were held when the master stopped are built by the next one', () => {
  const before = schedule([onMain(), byHand])
  before.commit('one')
  before.advance(3 * S)
  before.schedulers.stop()
  const after = schedule([onMain(), byHand], before.db)
  after.commit('two')
  after.advance(5 * S)
  expect(after.asked()).toEqual(['linux+mac main@r2: one, two (2 changes on main)'])
})

test('a change that was recorded just before the master was killed is built by the next one', () => {
  const before = schedule([onMain(), byHand])
  before.commit('one')
  before.advance(5 * S)
  before.schedulers.stop()
  // Nobody hears of it any more.
  before.commit('recorded')
  const after = schedule([onMain(), byHand], before.db)
  after.advance(5 * S)
  after.schedulers.stop()
  const last = schedule([onMain(), byHand], before.db)
  last.advance(5 * S)
  expect(last.asked()).toEqual([
    'linux+mac main@r1: one (change on main)',
    // Its request took over the one before, which nobody had built.
    'linux+mac main@r2: one, recorded (change on main)',
  ])
})

test('a new scheduler does not build what was there before it', () => {
  const before = schedule([byHand])
  before.commit('old')
  before.schedulers.stop()
  const after = schedule([onMain(), byHand], before.db)
  after.advance(1 * H)
  expect(after.asked()).toEqual([])
})

test('a scheduler that was removed and is named again begins anew', () => {
  const desk = schedule([onMain(), byHand])
  desk.commit('held')
  desk.configure([byHand])
  desk.commit('meanwhile')
  desk.configure([onMain(), byHand])
  desk.commit('new')
  desk.advance(5 * S)
  expect(desk.asked()).toEqual(['linux+mac main@r3: new (change on main)'])
})

test('a scheduler that is changed goes on with what it holds', () => {
  const desk = schedule([onMain(), byHand])
  desk.commit('one')
  desk.configure([onMain({ builders: ['mac'], treeStableTimer: '1s' }), byHand])
  desk.advance(1 * S)
  expect(desk.asked()).toEqual(['mac main@r1: one (change on main)'])
})

test('a scheduler that did not change is not disturbed', () => {
  const desk = schedule([onMain(), byHand])
  desk.commit('one')
  desk.advance(4 * S)
  desk.configure([onMain(), { ...byHand, builders: ['lib'] }])
  desk.advance(1 * S)
  expect(desk.asked()).toEqual(['linux+mac main@r1: one (change on main)'])
})

test('properties and priority of a scheduler go with its requests', () => {
  const desk = schedule([onMain({ properties: { colour: 'red' }, priority: 7 }), byHand])
  desk.commit('one')
  desk.advance(5 * S)
  const [set] = desk.data.buildsets(1)
  expect([
    desk.data.propertiesOfBuildset(set!.id),
    desk.data.requestsOfBuildset(set!.id).map(one => one.priority),
  ]).toEqual([{ colour: { value: 'red', source: 'Scheduler' } }, [7, 7]])
})

test('while the disk is full nothing is lost, and it is tried again', () => {
  const desk = schedule([onMain(), byHand])
  desk.commit('one')
  desk.db.exec('ALTER TABLE buildsets RENAME TO away')
  desk.advance(5 * S)
  const faults = desk.faults.length
  desk.db.exec('ALTER TABLE away RENAME TO buildsets')
  desk.advance(1 * S)
  expect([faults, desk.asked(), desk.held('on main')]).toEqual([
    1,
    ['linux+mac main@r1: one (change on main)'],
    [],
  ])
})

// The fake clock begins at 10:00 in the morning.
const nightly = (rest: object = {}) => ({
  name: 'nightly',
  kind: 'nightly',
  cron: '0 3 * * *',
  builders: ['linux'],
  ...rest,
})

test('builds are asked for at the times of the pattern', () => {
  const desk = schedule([nightly(), byHand])
  desk.advance(17 * H - 1)
  const early = desk.asked().length
  desk.advance(1)
  const first = desk.asked()
  desk.advance(24 * H)
  expect([early, first, desk.asked().length]).toEqual([
    0,
    ['linux -@-:  (scheduled by nightly)'],
    2,
  ])
})

test('times that were missed are made up for once', () => {
  const before = schedule([nightly(), byHand])
  before.schedulers.stop()
  // As if it had stopped five days ago.
  before.db.run("UPDATE scheduler_state SET value = value - ? WHERE key = 'last'", 5 * 24 * H)
  const after = schedule([nightly(), byHand], before.db)
  after.advance(0)
  const made = after.asked().length
  after.advance(24 * H)
  expect([made, after.asked().length]).toEqual([1, 2])
})

test('builds that were asked for while the clock was years ahead are asked for again once it is right', () => {
  const before = schedule([nightly(), byHand])
  before.clock.sleep(1100 * 24 * H)
  before.advance(1 * MIN)
  const ahead = before.asked().length
  before.schedulers.stop()
  // Its own clock begins where the first one's began.
  const after = schedule([nightly(), byHand], before.db)
  const planned = after.schedulers.planned().map(({ at }) => at - after.clock.now())
  after.advance(24 * H)
  expect([ahead, planned, after.asked().length - ahead]).toEqual([1, [17 * H], 1])
})

test.each(['zzz', '-1e300', 'NaN', '9e99'])(
  'a state of schedulers that says "%s" keeps none from going on',
  value => {
    const before = schedule([nightly(), onMain()])
    before.schedulers.stop()
    before.db.run('UPDATE scheduler_state SET value = ?', value)
    const after = schedule([nightly(), onMain()], before.db)
    after.commit('one')
    after.advance(24 * H)
    expect(after.asked().length).toBe(2)
  },
)

test('a time that passed while the machine slept is made up for soon after it wakes', () => {
  const desk = schedule([nightly(), byHand])
  desk.clock.sleep(3 * 24 * H)
  desk.advance(1 * MIN)
  expect(desk.asked()).toEqual(['linux -@-:  (scheduled by nightly)'])
})

test('only if something changed on its branch, a nightly build takes the changes along', () => {
  const desk = schedule([nightly({ onlyIfChanged: true, branch: 'main' }), byHand])
  desk.advance(17 * H)
  const unchanged = desk.asked().length
  desk.commit('elsewhere', { branch: 'next' })
  desk.advance(24 * H)
  const elsewhere = desk.asked().length
  desk.commit('one')
  desk.commit('two')
  desk.advance(24 * H)
  desk.advance(24 * H)
  expect([unchanged, elsewhere, desk.asked()]).toEqual([
    0,
    0,
    ['linux main@-: one, two (scheduled by nightly)'],
  ])
})

test("without a branch, what counts as changed is the repository's own one", () => {
  const desk = schedule([nightly({ onlyIfChanged: true }), byHand])
  desk.data.setOwnBranch('calc', 'trunk')
  desk.commit('elsewhere', { branch: 'next' })
  desk.advance(17 * H)
  const elsewhere = desk.asked()
  desk.commit('it', { branch: 'trunk' })
  desk.advance(24 * H)
  expect([elsewhere, desk.asked()]).toEqual([[], ['linux -@-: it (scheduled by nightly)']])
})

test('builders of several projects are asked each for their own source', () => {
  const desk = schedule([nightly({ builders: ['linux', 'lib', 'mac'], branch: 'main' }), byHand])
  desk.commit('of lib', { project: 'lib' })
  desk.advance(17 * H)
  expect([desk.asked(), desk.data.buildsets(9).map(one => one.sourcestamp.repository)]).toEqual([
    ['linux+mac main@-:  (scheduled by nightly)', 'lib main@-: of lib (scheduled by nightly)'],
    ['/srv/lib', '/srv/calc'],
  ])
})

test('a pattern that names no time any more asks for nothing', () => {
  const desk = schedule([nightly({ cron: '0 0 30 2 *' }), byHand])
  desk.advance(400 * 24 * H)
  expect(desk.asked()).toEqual([])
})

test('schedulers that have stopped leave no timer', () => {
  const desk = schedule([onMain(), nightly(), byHand])
  desk.commit('one')
  desk.schedulers.stop()
  expect(desk.clock.waiting).toBe(0)
})

test('what is planned is told: when, for whom, and whether only if something changes', () => {
  const desk = schedule([
    onMain(),
    nightly({ builders: ['linux', 'lib'], onlyIfChanged: true, branch: 'main' }),
    byHand,
  ])
  let told = 0
  desk.schedulers.subscribe(() => told++)
  const begun = desk.clock.now()
  const plans = () =>
    desk.schedulers
      .planned()
      .map(({ scheduler, builders, at, onlyIfChanged }) =>
        [scheduler, builders.join('+'), at - begun, ...(onlyIfChanged ? ['if changed'] : [])].join(
          ' ',
        ),
      )
  const quiet = plans()
  desk.advance(1 * S)
  desk.commit('one')
  const changed = plans()
  const after = told
  desk.advance(5 * S)
  expect([quiet, changed, after > 0, told > after, plans()]).toEqual([
    [`nightly linux ${17 * H} if changed`, `nightly lib ${17 * H} if changed`],
    [`on main linux+mac ${6 * S}`, `nightly linux ${17 * H}`, `nightly lib ${17 * H} if changed`],
    true,
    true,
    [`nightly linux ${17 * H}`, `nightly lib ${17 * H} if changed`],
  ])
  desk.configure([byHand])
  expect(plans()).toEqual([])
})
