import { describe, expect, test } from 'vitest'
import { PLAIN, parseArrangement } from '../../../renderer/store/arrangement.ts'
import { MARK_KINDS } from '../../../renderer/store/mark-kinds.ts'
import { lookIn, type WaterfallLook, writeLook } from '../../../renderer/waterfall/look.ts'
import { createRandom } from '../../helpers/random.ts'

const USUAL: WaterfallLook = { arrangement: PLAIN, axis: 'folded', zoom: 1, hidden: [] }

describe('a look', () => {
  test('that is as always is not in the address', () => {
    expect(linkOf(USUAL)).toBe('')
    expect(lookIn(new URLSearchParams('at=2026-03-01T09:30:00Z'))).toBeNull()
  })

  test('of any kind comes back from its link as it was', () => {
    for (let i = 0; i < 300; i++) {
      const look = anyLook()
      const link = linkOf(look)
      expect(lookIn(new URLSearchParams(link)) ?? USUAL).toEqual(look)
    }
  })

  test('is written beside what else is in an address, and over what was there', () => {
    const query = new URLSearchParams('at=now&pin=old&width=narrow')
    writeLook(query, { ...USUAL, zoom: 2 })
    expect(query.toString()).toBe('at=now&zoom=2')
  })
})

test('rubbish in an address or in what was kept is as good as nothing', () => {
  for (const text of [
    'columns=trees&colour=7&group=&width=9999999px&all=yes&zoom=NaN&axis=round',
    'zoom=-1',
    'zoom=Infinity',
    `pin=${'x'.repeat(5000)}`,
    'filter=&order',
    'hide=nothing&hide=',
  ]) {
    const look = lookIn(new URLSearchParams(text))!
    expect([look.arrangement, look.axis, look.hidden]).toEqual([
      { ...PLAIN, order: look.arrangement.order },
      'folded',
      [],
    ])
    expect(look.zoom).toBeGreaterThan(0)
    expect(look.zoom).toBeLessThan(100)
  }
  for (const kept of [null, undefined, 7, 'x', [], { pins: 'a', order: [1, null, 'a', 'a'] }])
    expect(parseArrangement(kept).pins).toEqual([])
  expect(parseArrangement({ order: [1, null, 'a', 'a'] }).order).toEqual(['a'])
  expect(lookIn(new URLSearchParams('pin=x&'.repeat(9999)))).not.toBeNull()
})

function linkOf(look: WaterfallLook): string {
  const query = new URLSearchParams()
  writeLook(query, look)
  return query.toString()
}

const random = createRandom(4)

function anyLook(): WaterfallLook {
  const one = <T>(...choices: readonly T[]) => random.pick(choices)
  const odd = ['calc', 'a b', 'ä&=?#/', '💥', '', 'مرحبا', '%', '%zz', ',', '"']
  const some = () => odd.filter(() => random.chance(0.3))
  return {
    arrangement: {
      columns: one('builders', 'slaves'),
      group: one('project', 'tag', 'none'),
      width: one('automatic', 'comfortable', 'narrow'),
      colour: one('result', 'slave', 'branch', 'duration'),
      folded: some(),
      pins: some(),
      order: some(),
      archived: some(),
      all: one(true, false),
      filter: one('', ...odd),
    },
    axis: one('linear', 'folded', 'events'),
    hidden: MARK_KINDS.filter(() => random.next() < 0.3),
    zoom: one(1, 0.2, 1.5, 2.25, 12),
  }
}
