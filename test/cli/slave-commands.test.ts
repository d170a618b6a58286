import { expect, test } from 'vitest'
import { endOf } from '../../main/cli/slave-commands.ts'

const now = new Date(2026, 2, 2, 10, 0).getTime()
const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute).getTime()

test.each<[object, number | null]>([
  [{}, null],
  [{ until: '18:00' }, at(2, 18)],
  [{ until: '9:30' }, at(3, 9, 30)],
  [{ until: '2026-03-04 07:15' }, at(4, 7, 15)],
  [{ for: '2h' }, at(2, 12)],
  [{ for: '1h 30m' }, at(2, 11, 30)],
])('a pause with %o ends when it should', (options, end) => {
  expect(endOf(options, now)).toBe(end)
})

test.each<[object, string]>([
  [{ until: 'noon' }, '--until wants a time such as 18:00 or "2030-01-31 09:00", not "noon"'],
  [{ until: '25:00' }, '--until wants a time such as 18:00 or "2030-01-31 09:00", not "25:00"'],
  [{ for: 'ever' }, '--for wants a time such as 2h, not "ever"'],
  [{ for: '1h', until: '18:00' }, '--until and --for can not both be given'],
])('%o is refused', (options, why) => {
  expect(() => endOf(options, now)).toThrow(why)
})
