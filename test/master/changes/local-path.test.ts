import { expect, test } from 'vitest'
import { localPath, problemOfFileAddress } from '../../../main/master/changes/local-path.ts'

test.skipIf(process.platform === 'win32').each([
  ['file:///srv/a%20b.git', '/srv/a b.git'],
  ['file://localhost/srv/a.git', '/srv/a.git'],
  ['/srv/a.git', '/srv/a.git'],
  ['ssh://host/srv/a.git', undefined],
])('%s is the folder %s', (repository, folder) => {
  expect(localPath(repository)).toBe(folder)
  expect(problemOfFileAddress(repository)).toBeUndefined()
})

test.skipIf(process.platform === 'win32').each([
  ['file://desk/srv/a.git', 'file://desk/srv/a.git names the machine "desk", and'],
  ['file:///srv%2Fa', 'file:///srv%2Fa is no address of a folder'],
])('%s is told in a sentence of ours', (repository, words) => {
  expect(() => localPath(repository)).toThrow(words)
})
