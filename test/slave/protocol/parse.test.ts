import { expect, test } from 'vitest'
import { agree } from '../../../slave/protocol/capabilities.ts'
import {
  asArray,
  asBoolean,
  asBytes,
  asCount,
  asMap,
  asNumber,
  asString,
  asStrings,
  optional,
} from '../../../slave/protocol/parse.ts'
import { parseShellArgs } from '../../../slave/protocol/shell-args.ts'

test.each<[string, (value: unknown, what: string) => unknown, unknown, string]>([
  ['a map', asMap, [], 'x must be a map, not a list'],
  ['a map', asMap, null, 'x must be a map, not nothing'],
  ['a map', asMap, new Uint8Array(1), 'x must be a map, not object'],
  ['a list', asArray, {}, 'x must be a list, not object'],
  ['a text', asString, 5, 'x must be a text, not number'],
  ['a text', asString, undefined, 'x must be a text, not undefined'],
  ['a number', asNumber, Number.NaN, 'x must be a number, not number'],
  ['a number', asNumber, '5', 'x must be a number, not string'],
  ['a count', asCount, 1.5, 'x must be a whole number from 0, not number'],
  ['a count', asCount, -1, 'x must be a whole number from 0, not number'],
  ['bytes', asBytes, 'abc', 'x must be bytes, not string'],
  ['true or false', asBoolean, 2, 'x must be true or false, not number'],
  ['texts', asStrings, ['a', 1], 'x[1] must be a text, not number'],
])('what is not %s is refused by name', (_, parse, value, message) => {
  expect(() => parse(value, 'x')).toThrow(message)
})

test('Python writes truth as numbers, and nothing as absence', () => {
  expect([asBoolean(0, ''), asBoolean(1, ''), optional(null, '', asString)]).toEqual([
    false,
    true,
    undefined,
  ])
})

test.each([
  [{ command: 'a' }, 'workdir must be a text, not undefined'],
  [{ workdir: '/', command: [] }, 'command must not be an empty list'],
  [{ workdir: '/', command: ['a', 1] }, 'command[1] must be a text, not number'],
  [{ workdir: '/', command: 'a', env: { A: 1 } }, 'env.A must be a text, not number'],
  [{ workdir: '/', command: 'a', env: { A: [1] } }, 'env.A[0] must be a text, not number'],
  [{ workdir: '/', command: 'a', timeout: 'soon' }, 'timeout must be a number, not string'],
  [{ workdir: '/', command: 'a', logfiles: { own: 5 } }, 'logfiles.own must be a map, not number'],
  [
    { workdir: '/', command: 'a', logfiles: { own: { follow: true } } },
    'logfiles.own.filename must be a text, not undefined',
  ],
])('shell refuses %j', (args, message) => {
  expect(() => parseShellArgs(args)).toThrow(message)
})

test('only what both ends know is agreed on, at the lower number', () => {
  expect([
    agree(undefined),
    agree({ rawOutput: 5, endBuild: 0, teleport: 3 }),
    agree({ teleport: 'x' }),
  ]).toEqual([{}, { rawOutput: 1, endBuild: 0 }, {}])
})

test('a capability that is no number is refused', () => {
  expect(() => agree({ rawOutput: 'yes' })).toThrow(
    'triphammer.rawOutput must be a whole number from 0, not string',
  )
})
