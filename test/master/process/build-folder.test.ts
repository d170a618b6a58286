import { expect, test } from 'vitest'
import { buildFolder, onSlave } from '../../../main/master/process/build-folder.ts'

test.each([
  ['calc-linux', /^calc-linux$/],
  ['calc linux', /^calc_linux-[0-9a-f]{6}$/],
  ['Prüfung', /^Pr_fung-[0-9a-f]{6}$/],
  ['日本', /^-[0-9a-f]{6}$/],
  ['con', /^con-[0-9a-f]{6}$/],
  ['..', /^-[0-9a-f]{6}$/],
  ['.hidden', /^hidden-[0-9a-f]{6}$/],
  ['ends.', /^ends-[0-9a-f]{6}$/],
  ['x'.repeat(80), /^x{80}$/],
])('the folder of builder %s', (name, folder) => {
  expect(buildFolder(name)).toMatch(folder)
})

test('builders whose names differ only in what no system takes have folders of their own', () => {
  const folders = ['a b', 'a_b', 'a/b', 'a?b'].map(buildFolder)
  expect(new Set(folders).size).toBe(4)
})

test.each([
  ['/b', 'sub', 'posix', '/b/sub'],
  ['/b', '', 'posix', '/b'],
  ['/b', '/abs', 'posix', '/abs'],
  ['/b', 'C:\\x', 'posix', '/b/C:\\x'],
  ['C:\\b', 'sub', 'nt', 'C:\\b\\sub'],
  ['C:\\b', 'D:\\x', 'nt', 'D:\\x'],
  ['C:\\b', '\\x', 'nt', '\\x'],
])('%s and %s on %s is %s', (folder, path, system, joined) => {
  expect(onSlave(folder, path, system)).toBe(joined)
})
