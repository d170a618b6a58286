import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeMaster } from '../../helpers/fake-master.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const ODD = 'ünï $(x) "q" \'s\' [1] #%.txt'

test('folders are made with those above them, and removed with all that is in them', async () => {
  const master = await fakeMaster()
  const folder = temporaryFolder()
  const paths = [join(folder, 'a/b'), join(folder, 'c')]
  const made = await master.run('mkdir', { paths })
  writeFileSync(join(paths[0]!, 'file'), '')
  const there = paths.map(existsSync)
  const removed = await master.run('rmdir', { paths: [join(folder, 'a'), join(folder, 'never')] })
  expect([made.rc, there, removed.rc, readdirSync(folder)]).toEqual([0, [true, true], 0, ['c']])
})

test.each([
  ['mkdir', (f: string) => ({ paths: [join(f, 'file/x')] }), 20],
  ['stat', (f: string) => ({ path: join(f, 'never') }), 2],
  ['rmfile', (f: string) => ({ path: join(f, 'never') }), 2],
  ['listdir', (f: string) => ({ path: join(f, 'file') }), 20],
  ['cpdir', (f: string) => ({ from_path: join(f, 'never'), to_path: join(f, 'x') }), 2],
])('%s says why it could not, with the number of the error', async (name, args, rc) => {
  const master = await fakeMaster()
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const heard = await master.run(name, args(folder))
  expect([heard.rc, heard.failure, heard.output.stderr]).toEqual([
    rc,
    null,
    expect.stringMatching(/^E[A-Z]+: .*\n$/),
  ])
})

test('a file is looked at, listed, copied and removed', async () => {
  const master = await fakeMaster()
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a', ODD), 'four')
  utimesSync(join(folder, 'a', ODD), 1000, 2000)
  symlinkSync('nowhere', join(folder, 'a/link'))
  const copied = await master.run('cpdir', {
    from_path: join(folder, 'a'),
    to_path: join(folder, 'b'),
  })
  const stat = await master.run('stat', { path: join(folder, 'b', ODD) })
  const list = await master.run('listdir', { path: join(folder, 'b') })
  const removed = await master.run('rmfile', { path: join(folder, 'b', ODD) })
  expect([
    copied.rc,
    stat.stat![6],
    stat.stat!.slice(8, 9),
    [...list.files!].sort(),
    removed.rc,
    readdirSync(join(folder, 'b')),
  ]).toEqual([0, 4, [2000], ['link', ODD].sort(), 0, ['link']])
})

test('a pattern finds files in folders below, relative to the workdir', async () => {
  const master = await fakeMaster()
  const folder = temporaryFolder()
  for (const name of ['dist/a.tgz', 'dist/deep/b.tgz', 'dist/c.txt', `dist/${ODD}`]) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), '')
  }
  const find = async (path: string) => (await master.run('glob', { path, workdir: folder })).files
  expect([
    await find('dist/**/*.tgz'),
    await find('*.tgz'),
    await find('dist/*.{txt,tgz}'),
    (await master.run('glob', { path: join(folder, 'dist/*.tgz') })).files,
  ]).toEqual([
    ['dist/a.tgz', 'dist/deep/b.tgz'],
    [],
    ['dist/a.tgz', 'dist/c.txt', `dist/${ODD}`],
    [join(folder, 'dist/a.tgz')],
  ])
})

test.each([0, 1, 1000, 200_000])('a file of %i bytes is uploaded in blocks', async size => {
  const master = await fakeMaster()
  const path = join(temporaryFolder(), ODD)
  const content = Buffer.alloc(size, 'abc')
  writeFileSync(path, content)
  const heard = await master.run('upload_file', { path, blocksize: 1000, maxsize: null })
  expect([heard.rc, heard.uploaded.equals(content)]).toEqual([0, true])
})

test('a file that is too large or not there is not uploaded', async () => {
  const master = await fakeMaster()
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, Buffer.alloc(5000))
  const [large, absent] = await Promise.all([
    master.run('upload_file', { path, blocksize: 1000, maxsize: 2000 }),
    master.run('upload_file', { path: `${path}x`, blocksize: 1000, maxsize: null }),
  ])
  expect([large.rc, large.output.stderr, absent.rc]).toEqual([
    1,
    `${path} is larger than the limit of 2000 bytes\n`,
    2,
  ])
})

test('a file is downloaded with its mode into folders that are made for it', async () => {
  const master = await fakeMaster()
  const path = join(temporaryFolder(), 'a/b', ODD)
  const file = Buffer.alloc(40_000, 'xyz')
  const heard = await master.run(
    'download_file',
    { path, blocksize: 4096, maxsize: null, mode: 0o755 },
    { file },
  )
  expect([heard.rc, readFileSync(path).equals(file), statSync(path).mode & 0o777]).toEqual([
    0,
    true,
    0o755,
  ])
})
