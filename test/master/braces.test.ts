import { expect, test } from 'vitest'
import { expandBraces } from '../../main/master/braces.ts'

test.each([
  ['a/**/*.xml', ['a/**/*.xml']],
  ['{a,b}.xml', ['a.xml', 'b.xml']],
  ['x/{a,{b,c}d}/{1,2}', ['x/a/1', 'x/a/2', 'x/bd/1', 'x/bd/2', 'x/cd/1', 'x/cd/2']],
  ['{,a}b', ['b', 'ab']],
  ['{open', ['{open']],
])('%s stands for %j', (pattern, patterns) => {
  expect(expandBraces(pattern)).toEqual(patterns)
})
