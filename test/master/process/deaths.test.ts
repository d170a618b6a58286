import { expect, test } from 'vitest'
import { deathsOf, endOfLost, endOfLostBuild } from '../../../main/master/process/deaths.ts'
import { EXCEPTION, FAILURE, RETRY } from '../../../main/master/results.ts'
import { SlaveLostError } from '../../../main/master/slaves/session.ts'

const died = new SlaveLostError('it was ended by signal 9', true)
const lost = new SlaveLostError('the link was lost: closed')
const ended = ({ results, text }: ReturnType<typeof endOfLost>) => ({ results, stateString: text })
const times = (count: number, error: SlaveLostError) =>
  Array.from({ length: count }, () => ended(endOfLost(error)))

test.each([
  [0, died, 'slave died: it was ended by signal 9'],
  [3, died, 'slave died: it was ended by signal 9'],
  [0, lost, 'slave lost: the link was lost: closed'],
  [18, lost, 'slave lost: the link was lost: closed'],
])('after %i losses another is tried again', (count, error, text) => {
  expect(endOfLostBuild(error, times(count, error))).toEqual({ results: RETRY, text })
})

test.each([
  [4, died, 'its slave died 5 times while it ran; the last time: it was ended by signal 9'],
  [19, lost, 'its slave was lost 20 times while it ran; the last time: the link was lost: closed'],
])('after %i losses the next one is the last', (count, error, text) => {
  expect(endOfLostBuild(error, times(count, error))).toEqual({ results: EXCEPTION, text })
})

test('what else a build was tried again for does not count', () => {
  const other = { results: RETRY, stateString: 'the master stopped' } as const
  const failed = { results: FAILURE, stateString: 'slave died: said a step' } as const
  const before = [...times(3, died), ...times(2, lost), other, failed]
  expect(deathsOf(before)).toBe(3)
  expect(endOfLostBuild(died, before).results).toBe(RETRY)
})
