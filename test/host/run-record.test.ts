import { expect, test } from 'vitest'
import { startRunRecord } from '../../main/host/run-record.ts'
import { memoryState } from '../../main/host/state-store.ts'
import type { Master } from '../../main/master/master.ts'
import { createFakeClock } from '../helpers/clock.ts'

function desk() {
  const clock = createFakeClock(1000)
  const newest = { change: 3, request: 2, build: 1 }
  let open = true
  const list = (id: number) => {
    if (!open) throw new Error('database is not open')
    return id ? [{ id }] : []
  }
  const data = {
    changes: () => list(newest.change),
    requests: () => list(newest.request),
    builds: () => list(newest.build),
  }
  const state = memoryState()
  const logged: string[] = []
  const master = { data, clock } as unknown as Pick<Master, 'data' | 'clock'>
  return {
    ...{ clock, newest, state, logged },
    close: () => (open = false),
    start: (version = '0.2.0') => startRunRecord(state, master, version, text => logged.push(text)),
  }
}

test('a run says from its beginning that it runs, and at its end that it ended in order', () => {
  const { state, start, clock, newest, close } = desk()

  const record = start()
  expect(state.get('lastRun')).toEqual({
    ...{ version: '0.2.0', ending: 'running', at: 1000 },
    stood: { change: 3, request: 2, build: 1 },
  })
  newest.build = 9
  clock.advance(500)
  record.checkpoint()
  close()
  clock.advance(500)
  record.end()
  record.checkpoint()

  expect(state.get('lastRun')).toEqual({
    ...{ version: '0.2.0', ending: 'clean', at: 2000 },
    stood: { change: 3, request: 2, build: 9 },
  })
})

test('a checkpoint after history is closed keeps what was known', () => {
  const { state, start, close } = desk()
  const record = start()

  close()
  record.checkpoint()

  expect(state.get('lastRun')).toMatchObject({ ending: 'running', stood: { build: 1 } })
})

test('the next run says what is odd about the one before', () => {
  const { state, start, logged } = desk()
  state.set('lastRun', {
    ...{ version: '0.3.0', ending: 'running', at: 1 },
    stood: { change: 3, request: 2, build: 40 },
  })

  start('0.2.0')

  expect(logged).toEqual([
    'version 0.3.0 ran here before',
    'the run before this one did not stop in order',
    'state.json remembers build 40, and the newest in history is 1: this history.sqlite is an older one',
  ])
})

test('after a run that ended in order there is nothing to say', () => {
  const { start, logged } = desk()
  start().end()

  start()

  expect(logged).toEqual([])
})
