import { expect, test } from 'vitest'
import type { BuilderConfig } from '../../../main/master/config/model.ts'
import type { Slave } from '../../../main/master/model.ts'
import { slavesToWake } from '../../../main/master/process/demand.ts'

const slave = (name: string, more: Partial<Slave> = {}) =>
  ({ name, kind: 'docker', state: 'offline', active: true, maxBuilds: 1, ...more }) as Slave
const wants = (count: number, ...slaves: string[]) => ({
  builder: { name: `for ${slaves}`, slaves } as unknown as BuilderConfig,
  count,
})
const always = () => true
const PAUSE = { reason: '', at: 0, by: null, until: null }

test.each([
  ['nothing waits', [wants(0, 'a')], [slave('a')], []],
  ['one build, of two machines', [wants(1, 'a', 'b')], [slave('a'), slave('b')], ['a']],
  ['more builds than machines', [wants(5, 'a', 'b')], [slave('a'), slave('b')], ['a', 'b']],
  ['one is on its way', [wants(1, 'a', 'b')], [slave('a'), slave('b', { state: 'starting' })], []],
  [
    'one is on its way, and two builds wait',
    [wants(2, 'a', 'b')],
    [slave('a'), slave('b', { state: 'starting' })],
    ['a'],
  ],
  [
    'a local one is on its way',
    [wants(1, 'a', 'desk')],
    [slave('a'), slave('desk', { kind: 'local', state: 'starting' })],
    [],
  ],
  ['two builders, one machine', [wants(1, 'a'), wants(1, 'a')], [slave('a')], ['a']],
  [
    'two builders, two machines',
    [wants(1, 'a', 'b'), wants(1, 'a', 'b')],
    [slave('a'), slave('b')],
    ['a', 'b'],
  ],
  [
    'two builders, one machine for two builds',
    [wants(1, 'a', 'b'), wants(1, 'a', 'b')],
    [slave('a', { maxBuilds: 2 }), slave('b')],
    ['a'],
  ],
  ['it is paused', [wants(1, 'a')], [slave('a', { paused: PAUSE })], []],
  ['it drains', [wants(1, 'a')], [slave('a', { draining: true })], []],
  ['it goes', [wants(1, 'a')], [slave('a', { state: 'stopping' })], []],
  ['it is remote', [wants(1, 'a')], [slave('a', { kind: 'remote' })], []],
])('%s', (_, unserved, slaves, woken) => {
  expect(slavesToWake(unserved, slaves, always)).toEqual(woken)
})

test('a machine is not started for a build that waits for a lock', () => {
  const slaves = [slave('a'), slave('b')]
  expect(slavesToWake([wants(2, 'a', 'b')], slaves, (_, { name }) => name === 'b')).toEqual(['b'])
})
