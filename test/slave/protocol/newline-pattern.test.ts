import { expect, test } from 'vitest'
import { translatePattern, USUAL_PATTERN } from '../../../slave/protocol/newline-pattern.ts'

const lines = (pattern: string, text: string) => text.replace(translatePattern(pattern)!, '|')

test.each([
  ['a\r\nb', 'a|b'],
  ['a\rb\r', 'a|b\r'],
  ['a\u001b[ub', 'a|b'],
  ['a\u001b[12;3Hb\u001b[1;1fc', 'a|b|c'],
  ['a\u001b[2Jb', 'a|b'],
  ['ab\b\bc', 'ab|c'],
  ['\u001b[31mred', '\u001b[31mred'],
])('the usual pattern makes of %j %j', (text, found) => {
  expect(lines(USUAL_PATTERN, text)).toBe(found)
})

test.each([
  [String.raw`\033\[K`, 'a\u001b[Kb', 'a|b'],
  [String.raw`[\r\x08]+`, 'a\r\b\rb', 'a|b'],
  [String.raw`(?:\r|;)(?!x)`, 'a;b;x', 'a|b;x'],
  ['a.b', 'a\u2028b a\nb', '| a\nb'],
  ['[]x]', 'a]bxc', 'a|b|c'],
  ['x{2}', 'axxb', 'a|b'],
  [String.raw`\d\d/`, '12/a', '|a'],
])('%s is read as Python reads it', (pattern, text, found) => {
  expect(lines(pattern, text)).toBe(found)
})

test.each([
  String.raw`(?P<name>\r)`,
  '(?i)a',
  '(?<=a)b',
  '^a',
  'a$',
  String.raw`\Aa`,
  String.raw`\1`,
  '(',
  '[a',
  'a*',
  '',
  'a'.repeat(2000),
])('%s is not taken', pattern => {
  expect(translatePattern(pattern)).toBeUndefined()
})
