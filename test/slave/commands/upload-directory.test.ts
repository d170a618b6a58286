import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeMaster } from '../../helpers/fake-master.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

function someFolder(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  writeFileSync(join(folder, 'a/one.txt'), 'one')
  writeFileSync(join(folder, 'a/b/ünï.bin'), Buffer.alloc(100_000, 7))
  return join(folder, 'a')
}

test.each([
  [null, ''],
  ['gz', 'z'],
  ['bz2', 'j'],
])('a folder travels as a tar, compressed as %s', async (compress, flag) => {
  const master = await fakeMaster()
  const { rc, uploaded } = await master.run('upload_directory', {
    path: someFolder(),
    blocksize: 1000,
    maxsize: null,
    compress,
  })
  const to = temporaryFolder()
  execFileSync('tar', [`-x${flag}f`, '-', '-C', to], { input: uploaded })
  expect([
    rc,
    readFileSync(join(to, 'one.txt'), 'utf8'),
    readFileSync(join(to, 'b/ünï.bin')).equals(Buffer.alloc(100_000, 7)),
  ]).toEqual([0, 'one', true])
})

test.each<[string, object, RegExp]>([
  ['is not there', { path: '/never/there' }, /^ENOENT: /],
  ['is no folder', { path: import.meta.filename }, /is not a folder$/],
  ['is larger than the limit', { maxsize: 5000 }, /is larger than the limit of 5000 bytes$/],
])('a folder that %s is told', async (_, args, why) => {
  const master = await fakeMaster()
  const usual = { path: someFolder(), blocksize: 1000, maxsize: null, compress: null }
  const { rc, output } = await master.run('upload_directory', { ...usual, ...args })
  expect([rc === 0, output.stderr!.trim()]).toEqual([false, expect.stringMatching(why)])
})

test.each<[object, string]>([
  [{ blocksize: 0 }, 'blocksize must not be 0'],
  [{ compress: 'rar' }, 'compress must be "gz", "bz2" or nothing, not "rar"'],
])('%j is refused', async (args, why) => {
  const master = await fakeMaster()
  const usual = { path: '/', blocksize: 1000, maxsize: null, compress: null }
  const { accepted } = master.start('upload_directory', { ...usual, ...args })
  await expect(accepted).rejects.toThrow(why)
})
