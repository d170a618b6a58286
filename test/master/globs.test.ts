import picomatch from 'picomatch'
import { expect, test } from 'vitest'
import { expandBraces, findBadBraces } from '../../main/master/braces.ts'
import { parseConfig } from '../../main/master/config/parse.ts'
import { describeProblem } from '../../main/master/config/status.ts'
import { findBadGlob, nameMatcher } from '../../main/master/globs.ts'
import { createRandom } from '../helpers/random.ts'

test.each([
  ['**', 'main', true],
  ['**', 'feature/x/y', true],
  ['*', 'feature/x', false],
  ['release/*', 'release/1.0', true],
  ['release/*', 'release/1.0/rc', false],
  ['release/**', 'release', true],
  ['release*/**', 'release-1', false],
  ['**/fix', 'a/b/fix', true],
  ['{main,dev}', 'dev', true],
  ['v[0-9].*', 'v1.2', true],
  ['v[0-9].*', 'vx.2', false],
  ['!main', 'dev', true],
  ['release/{1..3}', 'release/2', true],
  ['ver?', 'ver1', true],
  ['.hidden*', '.hidden', true],
  ['', 'main', false],
])('%s names %s: %s', (glob, name, wanted) => expect(nameMatcher([glob])(name)).toBe(wanted))

test('names are matched as picomatch has it', () => {
  const seed = Date.now() % 1_000_000
  const random = createRandom(seed)
  const some = (of: readonly string[]) =>
    Array.from({ length: random.int(1, 4) }, () => random.pick(of)).join('/')
  const parts = ['a', 'b', '*', 'a*', '*b', '?', 'a?b', '*a*', '**', '{a,b}', 'x-{a,b}*']
  for (let round = 0; round < 3000; round++) {
    const [glob, name] = [some(parts), some(['a', 'b', 'ab', 'x-a', 'aab', '.a'])]
    // Two in a row are one, which picomatch does not always find.
    if (/\*\*\/\*\*/.test(glob)) continue
    expect(nameMatcher([glob])(name), `seed ${seed}: "${glob}" and "${name}"`).toBe(
      picomatch(glob, { dot: true })(name),
    )
  }
})

test('however many stars a glob has, a name is looked at once for each of them', () => {
  const stars = `${'*a'.repeat(100)}b`
  const deep = `${'**/a/'.repeat(60)}b`
  const names = ['a'.repeat(2000), 'a/'.repeat(500)]
  expect(names.map(nameMatcher([stars, deep]))).toEqual([false, false])
})

test.each([
  [`[ab]${'*a'.repeat(9)}`, 'there may be 3 stars'],
  ['x'.repeat(66_000), 'more than 1000 characters'],
  ['{a,b}'.repeat(20), 'more than 1000 patterns'],
])('a glob that would cost too much is refused in words', (glob, words) => {
  const shown = glob.length > 60 ? `${glob.slice(0, 60)}…` : glob
  const text = JSON.stringify({ projects: [{ name: 'p', repository: '/r', branches: [glob] }] })
  expect([findBadGlob(glob), nameMatcher([glob])('a')]).toEqual([
    expect.stringContaining(words),
    false,
  ])
  expect(parseConfig(text, 'm.yml').problems.map(describeProblem)).toEqual([
    expect.stringContaining(`projects[0].branches[0]: "${shown}" can't be matched`),
  ])
})

test('braces that stand for very many patterns are refused, and nested ones that do not are taken', () => {
  expect(findBadBraces('{a,b}'.repeat(20))).toBe('its braces stand for more than 1000 patterns')
  expect(expandBraces('{a,b{c,d}}{e,f}')).toEqual(['ae', 'af', 'bce', 'bcf', 'bde', 'bdf'])
})
