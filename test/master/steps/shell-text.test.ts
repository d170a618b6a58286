import '../../helpers/with-processes.ts'
import { expect, test } from 'vitest'
import { shellText } from '../../../main/master/steps/shell-text.ts'

const on = (system: string, knowsLines = false) => ({ system, knowsLines })

test.each([
  ['make check', true, 'make check'],
  ['make check\n', true, 'make check\n'],
  ['make\nmake check', true, 'set -e\nmake\nmake check'],
  ['make; make check', true, 'set -e\nmake; make check'],
  ['make\nmake check', false, 'make\nmake check'],
])('for a shell of POSIX, %j with errexit %j is %j', (text, errexit, formed) => {
  expect(shellText(text, errexit, on('posix', true))).toEqual({ text: formed })
})

test.each([
  ['npm test', true, 'npm test'],
  ['npm ci\r\n\r\n  npm test\r\n', true, 'npm ci&& npm test'],
  ['npm ci\nnpm test\n', false, 'npm ci& npm test'],
  ['rem first\nnpm ci ^\n  --omit=dev\n:: then\nnpm test', true, 'npm ci    --omit=dev&& npm test'],
  ['set A=1\nnpm test 2>&1\nif exist a del a', true, 'set A=1&& npm test 2>&1&& if exist a del a'],
  ['echo a; b', true, 'echo a; b'],
])('for cmd.exe, which reads one line, %j with errexit %j is %j', (text, errexit, formed) => {
  expect(shellText(text, errexit, on('nt'))).toEqual({ text: formed })
})

test.each([
  ['if exist a del a', 'if exist a del a\nnpm test'],
  ['npm test || exit 0', 'npm ci\nnpm test || exit 0'],
  ['npm test & echo done', 'npm ci\nnpm test & echo done'],
  ['if exist a (', 'if exist a (\ndel a\n)'],
  ['set A=1', 'set A=1\necho %a%'],
])('in one line %j would change what the others do, and is refused', (line, text) => {
  const formed = shellText(text, true, on('nt'))
  expect('problem' in formed && formed.problem.startsWith(`"${line}" can't be one of`)).toBe(true)
})

test('a slave that runs a text line by line on Windows is given it as it is', () => {
  expect(shellText('if a b\nc', true, on('nt', true))).toEqual({ text: 'if a b\nc' })
})
