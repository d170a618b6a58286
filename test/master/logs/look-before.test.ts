import { expect, test } from 'vitest'
import { LOOK_BACK_BYTES } from '../../../main/master/logs/look-before.ts'
import { STORED_LOG, storedLog } from '../../helpers/stored-log.ts'

type Reading = ReturnType<typeof storedLog>

const shown = (reading: Reading, first: number, count: number) =>
  reading
    .lines({ logId: STORED_LOG, first, count, maxLineBytes: 8192, shown: true })
    .map(line => line.text)

test('a colour goes on in the next lines until it is ended, wherever one begins to read', () => {
  const reading = storedLog([
    'stdout',
    'a \x1b[31mred\nstill\n\nand \x1b[1mbold\nboth\x1b[0m\nplain\n\x1b[48;5;9mback\x1b[49m\nnone\n',
  ])
  const wanted = [
    'a \x1b[31mred\x1b[0m',
    '\x1b[31mstill\x1b[0m',
    '\x1b[31m',
    '\x1b[31mand \x1b[1mbold\x1b[0m',
    '\x1b[31;1mboth\x1b[0m',
    'plain',
    '\x1b[48;5;9mback\x1b[49m',
    'none',
  ]
  expect(shown(reading, 0, 100)).toEqual(wanted)
  expect(wanted.map((_, first) => shown(reading, first, 1)[0])).toEqual(wanted)
})

test('a colour that is cut short takes nothing else along', () => {
  const reading = storedLog([
    'stdout',
    '\x1b[31m\x1b[38m\x1b[48;5m\x1b[1mbold\nstill\n\x1b[0;38;2;1m\x1b[3mitalic\nstill\n',
  ])
  expect([1, 3].map(first => shown(reading, first, 1)[0])).toEqual([
    '\x1b[1mstill\x1b[0m',
    '\x1b[3mstill\x1b[0m',
  ])
})

test('both streams of a program have one look, as in a terminal; the master writes beside it and ends it', () => {
  const reading = storedLog(
    ['stdout', '\x1b[32mgreen\n'],
    ['stderr', 'green too\n'],
    ['header', 'a word of the master\n'],
    ['stdout', 'plain\n'],
  )
  const wanted = [
    '\x1b[32mgreen\x1b[0m',
    '\x1b[32mgreen too\x1b[0m',
    'a word of the master',
    'plain',
  ]
  expect(shown(reading, 0, 9)).toEqual(wanted)
  expect(wanted.map((_, first) => shown(reading, first, 1)[0])).toEqual(wanted)
})

test('of what was overwritten the last state has the look that was carried to it', () => {
  const reading = storedLog(['stdout', '\x1b[35m\n10%\r20%\n'])
  expect(shown(reading, 1, 1)).toEqual(['\x1b[0m\x1b[35m20%\x1b[0m'])
})

test('it is looked for over chunks of a log, and no further back than a bound', () => {
  const filler = `${'.'.repeat(99)}\n`
  const near = Math.floor(LOOK_BACK_BYTES / 100) - 10
  const log = (lines: number) => storedLog(['stdout', `\x1b[31m\n${filler.repeat(lines)}`])
  expect([
    shown(log(near), near, 1)[0]!.slice(0, 5),
    shown(log(3000), 2999, 1)[0]!.slice(0, 5),
  ]).toEqual(['\x1b[31m', '.....'])
})

test('a line that is too long to be read whole hands on the look of its end', () => {
  const reading = storedLog(['stdout', `\x1b[31m${'x'.repeat(300_000)}\x1b[34m\nblue\n`])
  expect([0, 1].map(first => shown(reading, first, 2).at(-1))).toEqual(
    Array(2).fill('\x1b[34mblue\x1b[0m'),
  )
})
