import { expect, test } from 'vitest'
import { createLocks, type Locks } from '../../../main/master/process/locks.ts'

function locks(...list: [name: string, scope?: 'master' | 'slave', maxCount?: number][]): Locks {
  const made = createLocks()
  made.configure(list.map(([name, scope = 'master', maxCount = 1]) => ({ name, scope, maxCount })))
  return made
}

// Who has been given the lock, in order.
function waiter(from: Locks, order: string[]) {
  return (holder: string, names: string[], slave = 'one') => {
    const { taken, cancel } = from.take(names, slave, { label: holder }, () => {})
    void taken.then(stop => stop && order.push(holder))
    return { taken, cancel }
  }
}

test('a lock over the whole master is held once, whatever the slave', () => {
  const own = locks(['gpu'])
  const first = own.tryTake(['gpu'], 'one', { label: 'a' })
  expect([
    first !== undefined,
    own.tryTake(['gpu'], 'two', { label: 'b' }),
    own.blocking(['gpu'], 'two'),
  ]).toEqual([true, undefined, { lock: 'gpu', holders: ['a'] }])
})

test('a lock of each slave is held once on each', () => {
  const own = locks(['gpu', 'slave'])
  own.tryTake(['gpu'], 'one', { label: 'a' })
  expect([own.blocking(['gpu'], 'one'), own.blocking(['gpu'], 'two')]).toEqual([
    { lock: 'gpu', holders: ['a'] },
    undefined,
  ])
})

test('a lock that may be held several times is', () => {
  const own = locks(['disk', 'master', 2])
  const taken = ['a', 'b', 'c'].map(
    holder => own.tryTake(['disk'], 'one', { label: holder }) !== undefined,
  )
  expect([taken, own.blocking(['disk'], 'one')]).toEqual([
    [true, true, false],
    { lock: 'disk', holders: ['a', 'b'] },
  ])
})

test('several locks are taken all at once or not at all', () => {
  const own = locks(['a'], ['b'])
  own.tryTake(['b'], 'one', { label: 'x' })
  expect([own.tryTake(['a', 'b'], 'one', { label: 'y' }), own.blocking(['a'], 'one')]).toEqual([
    undefined,
    undefined,
  ])
})

test('who waits is served in the order of asking', async () => {
  const own = locks(['gpu'])
  const order: string[] = []
  const wait = waiter(own, order)
  const first = own.tryTake(['gpu'], 'one', { label: 'a' })!
  const [b, c] = [wait('b', ['gpu']), wait('c', ['gpu'])]
  first()
  ;(await b.taken)!()
  await c.taken
  expect(order).toEqual(['b', 'c'])
})

test('who waits says why, and may stop waiting', async () => {
  const own = locks(['gpu'])
  const first = own.tryTake(['gpu'], 'one', { label: 'a' })!
  let why = ''
  const { taken, cancel } = own.take(['gpu'], 'one', { label: 'b' }, reason => (why = reason))
  cancel()
  const given = await taken
  first()
  expect([why, given, own.blocking(['gpu'], 'one')]).toEqual([
    'lock gpu, held by a',
    undefined,
    undefined,
  ])
})

test('a lock that is given back twice is given back once', () => {
  const own = locks(['gpu'])
  const first = own.tryTake(['gpu'], 'one', { label: 'a' })!
  first()
  const second = own.tryTake(['gpu'], 'one', { label: 'b' })
  first()
  expect([second !== undefined, own.blocking(['gpu'], 'one')]).toEqual([
    true,
    { lock: 'gpu', holders: ['b'] },
  ])
})

test('a lock of which there is more now is given to who waits', async () => {
  const own = locks(['gpu'])
  const order: string[] = []
  own.tryTake(['gpu'], 'one', { label: 'a' })
  const { taken } = waiter(own, order)('b', ['gpu'])
  own.configure([{ name: 'gpu', scope: 'master', maxCount: 2 }])
  await taken
  expect(order).toEqual(['b'])
})

test('a lock that changes its scope while it is held is given back where it was taken', () => {
  const own = locks(['gpu'])
  const first = own.tryTake(['gpu'], 'one', { label: 'a' })!
  own.configure([{ name: 'gpu', scope: 'slave', maxCount: 1 }])
  own.tryTake(['gpu'], 'one', { label: 'b' })
  first()
  const stillHeld = own.blocking(['gpu'], 'one')
  own.configure([{ name: 'gpu', scope: 'master', maxCount: 1 }])
  expect([stillHeld, own.blocking(['gpu'], 'one')]).toEqual([
    { lock: 'gpu', holders: ['b'] },
    undefined,
  ])
})

test('whoever else may want a lock hears that it is free', () => {
  const own = locks(['gpu'])
  let heard = 0
  const stop = own.onRelease(() => heard++)
  own.tryTake(['gpu'], 'one', { label: 'a' })!()
  stop()
  own.tryTake(['gpu'], 'one', { label: 'a' })!()
  expect(heard).toBe(1)
})
