import { expect, test } from 'vitest'
import { startOperations } from '../../../main/master/slaves/operations.ts'
import { later } from '../../helpers/cleanup.ts'
import { type TestData, testData } from '../../helpers/data.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface Operated extends TestData {
  /** What was asked of the keepers of slaves. */
  readonly asked: readonly string[]
  /** Kind and subject of the events since the beginning. */
  events(): string[]
}

function operated(of = testData(), missingAfterMs: number | null = HOUR): Operated {
  const asked: string[] = []
  const slaves = {
    sendAway: (name: string) => void asked.push(`send ${name} away`),
    bringBack: () => {},
  }
  const log = (text: string) => void asked.push(text)
  later(startOperations({ ...of, slaves, log, missingAfterMs: () => missingAfterMs }))
  return {
    ...of,
    asked,
    events: () =>
      of.data
        .events(0, 50)
        .map(({ kind, subject }) => `${kind} ${subject}`)
        .reverse(),
  }
}

function attach({ data }: TestData) {
  data.setSlaveInfo('local', { version: '1', basedir: '/b' })
  data.setSlaveState('local', 'online')
}

test('a pause ends by itself, and only when it is over', () => {
  const one = operated()
  const { data, clock } = one
  attach(one)
  data.pauseSlave('local', { reason: 'lunch', by: 'you', until: clock.now() + 30 * MINUTE })
  clock.advance(30 * MINUTE - 1)
  const before = data.slave('local')!.paused?.reason
  clock.advance(1)
  expect([before, data.slave('local')!.paused, one.events()]).toEqual([
    'lunch',
    null,
    ['slave-unpaused local'],
  ])
})

test('a pause that ended while no master ran ends when one starts', () => {
  const of = testData()
  of.data.pauseSlave('local', { reason: '', until: of.clock.now() + MINUTE })
  of.clock.advance(HOUR)
  const one = operated(of)
  one.clock.advance(0)
  expect(one.data.slave('local')!.paused).toBe(null)
})

test('a pause that ends while the machine sleeps ends within a minute of its waking', () => {
  const one = operated()
  const { data, clock } = one
  data.pauseSlave('local', { reason: '', until: clock.now() + 8 * HOUR })
  clock.sleep(9 * HOUR)
  clock.advance(MINUTE)
  expect(data.slave('local')!.paused).toBe(null)
})

test('a pause without an end has none', () => {
  const { data, clock } = operated()
  data.pauseSlave('local', { reason: 'for good' })
  clock.advance(1000 * HOUR)
  expect(data.slave('local')!.paused?.reason).toBe('for good')
})

test('the rest after exceptions grows from ten seconds to an hour, and a sane build ends it', () => {
  const one = operated()
  const { data, clock } = one
  attach(one)
  const rests: (number | undefined)[] = []
  for (let i = 0; i < 10; i++) {
    data.quarantineSlave('local', 'git: broken')
    const { until } = data.slave('local')!.quarantine!
    rests.push((until - clock.now()) / 1000)
    clock.advance(until - clock.now())
  }
  const over = data.slave('local')!.quarantine
  data.endQuarantine('local')
  data.quarantineSlave('local', 'git: broken')
  expect([rests, over, data.slave('local')!.quarantine?.failures]).toEqual([
    [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600],
    null,
    1,
  ])
})

test('everybody hears when a quarantine is over', () => {
  const one = operated()
  attach(one)
  one.data.quarantineSlave('local', 'git: broken')
  const heard: unknown[] = []
  one.mq.subscribe('slave/changed', ({ quarantine }) => heard.push(quarantine))
  one.clock.advance(10_000)
  expect(heard).toEqual([null])
})

test('a slave that drains is let go when it has no builds', () => {
  const one = operated()
  const { data, asked } = one
  attach(one)
  const builder = one.builder('calc')
  const build = data.startBuild(one.request(builder), data.slave('local')!.id, {})!
  data.setSlaveDraining('local', true)
  const before = [...asked]
  data.finishBuild(build.id, 0, 'build successful')
  data.announceSlave('local')
  expect([before, asked]).toEqual([[], ['send local away']])
})

test('a slave that stays away is missed once, after its time, until it comes back', () => {
  const one = operated()
  const { data, clock } = one
  attach(one)
  clock.advance(5 * HOUR)
  data.setSlaveLink('local', { lastSeenAt: clock.now() })
  data.setSlaveState('local', 'offline', 'the link was lost')
  data.endSlaveLink('local')
  clock.advance(HOUR - 1)
  const before = one.events()
  clock.advance(24 * HOUR)
  const missed = [data.slave('local')!.missedAt !== null, one.events()]
  attach(one)
  expect([before, missed, data.slave('local')!.missedAt]).toEqual([
    [],
    [true, ['slave-missing local']],
    null,
  ])
})

test('one that was not seen before the master started has its time from then on', () => {
  const of = testData()
  attach(of)
  of.data.setSlaveState('local', 'offline')
  of.clock.advance(12 * HOUR)
  const one = operated(of)
  one.clock.advance(HOUR - 1)
  const before = one.events()
  one.clock.advance(1)
  expect([before, one.events()]).toEqual([[], ['slave-missing local']])
})

test('who drains, or need not be there, is not missed', () => {
  const drained = operated()
  drained.data.setSlaveDraining('local', true)
  const unwatched = operated(testData(), null)
  for (const one of [drained, unwatched]) one.clock.advance(48 * HOUR)
  expect([drained.events(), unwatched.events()]).toEqual([[], []])
})

test('a pause that is over while nothing can be stored ends as soon as it can be', () => {
  const one = operated()
  attach(one)
  one.data.pauseSlave('local', { reason: '', until: one.clock.now() + MINUTE })
  one.db.exec('PRAGMA query_only=1')
  one.clock.advance(2 * MINUTE)
  const told = one.asked.length > 0
  one.db.exec('PRAGMA query_only=0')
  one.clock.advance(2000)
  expect([told, one.data.slave('local')!.paused, one.events().at(-1)]).toEqual([
    true,
    null,
    'slave-unpaused local',
  ])
})

test('nothing is left of it when it stops', () => {
  const of = testData()
  const stop = startOperations({
    ...of,
    slaves: { sendAway() {}, bringBack() {} },
    log() {},
    missingAfterMs: () => HOUR,
  })
  of.data.pauseSlave('local', { reason: '', until: of.clock.now() + MINUTE })
  stop()
  expect(of.clock.waiting).toBe(0)
})
