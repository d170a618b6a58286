import { expect, test } from 'vitest'
import { readNewlines, USUAL_PATTERN } from '../../../slave/protocol/newline-pattern.ts'

const lines = (pattern: string, text: string) => text.replace(readNewlines(pattern)!.pattern, '|')

test.each([
  ['a\r\nb', 'a|b'],
  ['a\rb\r', 'a|b\r'],
  ['a\u001b[ub', 'a|b'],
  ['a\u001b[123456789;3Hb', 'a\u001b[123456789;3Hb'],
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
  ['x{2,3}?y?', 'xxxy', '|xy'],
  ['x{,2}y', 'axxxyb', 'ax|b'],
  [String.raw`(\r\n|\r(?=.)|\033\[[0-9]+;[0-9]+[Hf])`, 'a\u001b[1;22Hb', 'a|b'],
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
  expect(readNewlines(pattern)).toBeUndefined()
})

test.each([
  String.raw`(\r+)+x`,
  String.raw`(\r|\r)*x`,
  String.raw`(\r?){30}x`,
  String.raw`\r{1,400}`,
  String.raw`\r*\r*\r*\r*\r*x`,
  'a'.repeat(201),
])('%s, which may read without end, is not taken', pattern => {
  expect(readNewlines(pattern)).toBeUndefined()
})

test('the slowest pattern that is taken is done with a block of output in a moment', () => {
  const { pattern } = readNewlines(String.raw`\r+\r+\r+x`)!
  const startedAt = performance.now()
  '\r'.repeat(64 * 1024).replace(pattern, '')
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
