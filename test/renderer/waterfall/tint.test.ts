import { expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import {
  authorTint,
  durationTint,
  keepOrder,
  nameTint,
  SEVERAL,
  TINTS,
} from '../../../renderer/waterfall/tint.ts'

test('names keep their colours, new ones follow by how often they come, and the rest share one', () => {
  const known = keepOrder([], ['main', 'fix', 'main', null])
  expect(known).toEqual(['main', 'fix'])
  expect(keepOrder(known, ['fix', 'fix', 'new', 'fix', 'b', 'a'])).toEqual([
    'main',
    'fix',
    'a',
    'b',
    'new',
  ])
  const many = keepOrder(known, [...'abcdefgh'])
  expect(many).toHaveLength(TINTS)
  const tints = ['main', 'fix', 'a', 'h', 'nobody', null].map(name => nameTint(many, name))
  expect(tints).toEqual([0, 1, 2, 5, 5, null])
})

test('a build has the colour of who wrote its changes, and what several wrote one of its own', () => {
  const names = ['Ann', 'Ben', 'Cy', 'Dora', 'Eve', 'Flo']
  const tints = [['Ann'], ['Dora'], ['Eve'], ['nobody'], ['Ann', 'Ben'], [], undefined]
  expect(tints.map(who => authorTint(names, who))).toEqual([0, 3, 5, 5, SEVERAL, null, null])
})

test('a build has the colour of how long it took against what is usual, once that can be said', () => {
  const usual = () => ({ medianMs: 100, lowMs: 90, highMs: 110, of: 5 })
  const tint = (took: number | null) =>
    durationTint(
      { startedAt: 1000, completeAt: took === null ? null : 1000 + took } as Build,
      usual,
    )
  expect(new Set([50, 100, 150, 300].map(tint)).size).toBe(4)
  expect([tint(90), tint(130), tint(null)]).toEqual([tint(100), tint(100), null])
  expect(durationTint({ startedAt: 0, completeAt: 5 } as Build, () => null)).toBeNull()
  const slept = { startedAt: 1000, completeAt: 1300 } as Build
  expect(durationTint(slept, usual, [{ from: 1050, to: 1250 }])).toBe(tint(100))
})
