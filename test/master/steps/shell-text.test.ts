import { expect, test } from 'vitest'
import { shellText } from '../../../main/master/steps/shell-text.ts'

test.each([
  ['make check', true, 'make check'],
  ['make check\n', true, 'make check\n'],
  ['make\nmake check', true, 'set -e\nmake\nmake check'],
  ['make; make check', true, 'set -e\nmake; make check'],
  ['make\nmake check', false, 'make\nmake check'],
])('for a shell of POSIX, %j with errexit %j is %j', (text, errexit, formed) => {
  expect(shellText(text, errexit, 'posix')).toBe(formed)
})

test.each([
  ['npm test', true, 'npm test'],
  ['npm ci\r\n\r\n  npm test\r\n', true, 'npm ci&& npm test'],
  ['npm ci\nnpm test\n', false, 'npm ci& npm test'],
  ['rem first\nnpm ci ^\n  --omit=dev\n:: then\nnpm test', true, 'npm ci    --omit=dev&& npm test'],
  ['echo a; b', true, 'echo a; b'],
])('for cmd.exe, which reads one line, %j with errexit %j is %j', (text, errexit, formed) => {
  expect(shellText(text, errexit, 'nt')).toBe(formed)
})
