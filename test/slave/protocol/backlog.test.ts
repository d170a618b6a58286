import { expect, test } from 'vitest'
import { createBacklog } from '../../../slave/protocol/backlog.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

test('what was released is gone, the rest is read by its offset', () => {
  const backlog = createBacklog()
  for (const part of ['abc', '', 'defg', 'h']) backlog.append(Buffer.from(part))
  backlog.release(4)
  expect([
    backlog.start,
    backlog.end,
    text(backlog.read(4, 100)),
    text(backlog.read(6, 1)),
    text(backlog.read(8, 5)),
    text(backlog.read(0, 2)),
  ]).toEqual([4, 8, 'efgh', 'g', '', 'ef'])
})

test('more than there is can be released, and what was released stays so', () => {
  const backlog = createBacklog()
  backlog.append(Buffer.from('abc'))
  backlog.release(99)
  backlog.release(1)
  backlog.append(Buffer.from('d'))
  expect([backlog.start, backlog.end, text(backlog.read(3, 9))]).toEqual([3, 4, 'd'])
})
