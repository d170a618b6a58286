import { expect, test, vi } from 'vitest'
import { buildFolder } from '../../main/master/process/build-folder.ts'
import { later } from '../helpers/cleanup.ts'
import { beOn } from '../helpers/platform.ts'

test('a change of master.yml is seen by the names that chokidar has on Windows', async () => {
  beOn('win32')
  const { concerns } = await import('../../main/master/config/config-file.ts')
  const folder = 'C:\\Users\\ada lovelace\\AppData\\Local\\Triphammer'
  const names = ['', '/master.yml', '/history.sqlite', '/logs.sqlite-wal', '/slaves']
  const seen = names.map(name =>
    concerns(`${folder}\\master.yml`, folder.replaceAll('\\', '/') + name),
  )
  expect(seen).toEqual([true, true, false, false, false])
})

test.each([
  ['aux.tar', /^aux_tar-[0-9a-f]{6}$/],
  ['Nul', /^Nul-[0-9a-f]{6}$/],
  ['com1.x.y', /^com1_x\.y-[0-9a-f]{6}$/],
  ['console', /^console$/],
  ['a.con', /^a\.con$/],
])('the builder %s has a folder that Windows takes', (name, folder) => {
  expect(buildFolder(name)).toMatch(folder)
})

test('a slave whose name is no folder on Windows has another one there, and only there', async () => {
  const names = ['con', 'a.', 'local', 'lpt1.x']
  const { slaveFolder: elsewhere } = await import('../../main/master/process/build-folder.ts')
  const here = names.map(elsewhere)
  beOn('win32')
  const { slaveFolder } = await import('../../main/master/process/build-folder.ts')
  expect([here, names.map(name => slaveFolder(name).replace(/-[0-9a-f]{6}$/, '-#'))]).toEqual([
    names,
    ['con-#', 'a-#', 'local', 'lpt1_x-#'],
  ])
})

test('~ stands for the home with both strokes on Windows', async () => {
  beOn('win32')
  const { resolveRepository } = await import('../../main/master/config/build.ts')
  const resolved = ['~\\work', '~/work', 'C:\\x', 'C:/x', 'sub\\x'].map(one =>
    resolveRepository(one, 'C:\\desk').replace(/^[^~]*\\work$/, 'HOME\\work'),
  )
  expect(resolved).toEqual(['HOME\\work', 'HOME\\work', 'C:\\x', 'C:\\x', 'C:\\desk\\sub\\x'])
})

test('a step that keeps files keeps none by a path of another drive', async () => {
  const { findFiles } = await import('../../main/master/steps/upload.ts')
  const files = ['dist/a.tgz', '/etc/passwd', 'C:/x', '\\x', 'a/../../b']
  const asked: unknown[] = []
  const run = (name: string, { path }: { path: string }) => {
    if (name === 'stat') asked.push(path)
    return Promise.resolve({ rc: 0, files, stat: [0o100644] })
  }
  const session = { capabilities: { rawOutput: 1 } }
  expect([await findFiles({ workdir: 'C:\\w', session, run } as never, '**'), asked]).toEqual([
    ['dist/a.tgz'],
    ['C:\\w/dist/a.tgz'],
  ])
})

test('a rename waits while another program has the file open, and gives up in the end', async () => {
  beOn('win32')
  const inUse = Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })
  const gone = Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
  const answers = [inUse, inUse, undefined, gone, inUse, inUse]
  const renameSync = vi.fn(() => {
    const error = answers.shift()
    if (error) throw error
  })
  vi.doMock('node:fs', async original => ({ ...(await original<object>()), renameSync }))
  later(() => vi.doUnmock('node:fs'))
  const { renameAtOnce } = await import('../../slave/protocol/rename.ts')
  renameAtOnce('a', 'b')
  expect(renameSync).toHaveBeenCalledTimes(3)
  expect(() => renameAtOnce('a', 'b')).toThrow('ENOENT')
  expect(() => renameAtOnce('a', 'b', 5)).toThrow('EPERM')
})

test('files that are found have one name from every system', async () => {
  beOn('win32')
  vi.doMock('node:fs/promises', async original => ({
    ...(await original<object>()),
    async *glob() {
      yield* ['dist\\b.tgz', 'dist\\a.tgz', 'c']
    },
  }))
  later(() => vi.doUnmock('node:fs/promises'))
  const { startGlob } = await import('../../slave/commands/files.ts')
  const said: unknown[] = []
  const updates = { say: (all: readonly unknown[]) => said.push(...all) }
  await startGlob({ path: '**', workdir: 'C:\\w' }, { updates } as never).done
  expect(said).toContainEqual(['files', ['c', 'dist/a.tgz', 'dist/b.tgz']])
})
