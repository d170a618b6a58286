import { expect, test } from 'vitest'
import type { Redraw } from '../../../renderer/bridge.ts'
import { groupsOf, screenPart } from '../../../renderer/logs/redraw-groups.ts'
import { createRandom } from '../../helpers/random.ts'
import { STORED_LOG, storedLog } from '../../helpers/stored-log.ts'

const spans = (redraws: readonly Redraw[]) =>
  groupsOf(redraws).map(({ first, last, redraws }) => [first, last, redraws.length])

test('redraws that write over the same rows are a group, and those that do not are apart', () => {
  const redraws = [
    { line: 10, to: 12, reach: 2, above: 200 },
    { line: 14, to: 16, reach: 1, above: 200 },
    { line: 30, to: 30, reach: 3, above: 200 },
    // It goes over the group before, and one row higher than that did.
    { line: 32, to: 40, reach: 6, above: 200 },
  ]
  expect([
    spans(redraws),
    spans(redraws.slice(0, 1)),
    spans([{ line: 1, to: 5, reach: 9, above: 200 }]),
  ]).toEqual([
    [
      [8, 12, 1],
      [13, 16, 1],
      [26, 40, 2],
    ],
    [[8, 12, 1]],
    [[0, 5, 1]],
  ])
})

test('of a group with thousands of redraws as much is drawn as the rows in sight need', () => {
  // A row that stays and two of progress, again and again.
  const redraws = Array.from({ length: 5000 }, (_, i) => ({
    line: 3 * i + 2,
    to: 3 * i + 3,
    reach: 2,
    above: 200,
  }))
  const [group] = groupsOf(redraws)
  const part = screenPart(group!, 3001 * 3 + 2, 3010 * 3 + 2)
  expect([part.first, part.last < part.first + 60, part.rowless.length < 20]).toEqual([
    9005,
    true,
    true,
  ])
})

test('a log may hold any number of redraws, over the same rows or apart', () => {
  const many = (apart: number) =>
    Array.from({ length: 300_000 }, (_, i) => ({
      line: apart * i + 2,
      to: apart * i + 2,
      reach: 2,
      above: 200,
    }))
  const together = groupsOf(many(1))
  expect([spans(many(1)), screenPart(together[0]!, 0, 1), groupsOf(many(5)).length]).toEqual([
    [[0, 300_001, 300_000]],
    { first: 0, last: 4, rowless: [], above: 0 },
    300_000,
  ])
})

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'rows in sight are drawn as they are when all of the log is (seed %i)',
  seed => {
    const random = createRandom(seed)
    let text = 'head\n'.repeat(random.int(0, 5))
    for (let i = 0; i < 80; i++) {
      for (let j = random.int(0, 4); j > 0; j--)
        text += random.pick(['a', 'bc', '\x1b[A', '\x1b[3A', '\x1b[2B', '\x1b[2K', '\x1b[J', '\r'])
      text += random.pick(['\n', '\n', '\nplain\nplain\nplain\n'])
    }
    const reading = storedLog(['stdout', text])
    const { redraws, again } = reading.outline({ logId: STORED_LOG, from: { line: 0, byte: 0 } })
    const rowless = redraws
      .filter(one => one.to > one.line)
      .map(one => [one.line + 1, one.to] as const)
    const drawn = (part: Omit<Parameters<typeof reading.screen>[0], 'logId'>) =>
      new Map(reading.screen({ logId: STORED_LOG, ...part }).map(row => [row.line, row.text]))
    const whole = drawn({ first: 0, last: again.line, rowless, above: 0 })
    const groups = groupsOf(redraws)
    const hasRow = (line: number) => !rowless.some(([from, to]) => line >= from && line <= to)
    for (const group of groups) {
      const lines = Array.from(
        { length: group.last - group.first + 1 },
        (_, i) => group.first + i,
      ).filter(hasRow)
      for (let i = 0; i < lines.length; i += 3) {
        const [from, to] = [lines[i]!, lines[Math.min(lines.length - 1, i + random.int(0, 8))]!]
        const part = drawn(screenPart(group, from, to))
        for (const line of lines.filter(one => one >= from && one <= to))
          expect([line, part.get(line)]).toEqual([line, whole.get(line)])
      }
    }
    // What no group has is as it was written.
    const within = (line: number) => groups.some(one => line >= one.first && line <= one.last)
    expect([...whole.keys()].filter(line => !within(line))).toEqual([])
  },
)
