import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPackage } from '@electron/asar'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'
import { outcome, ROOT, slaveProgram, testEnvironment, testMaster } from '../helpers/master.ts'
import { makeRepository } from '../helpers/repository.ts'

const ELECTRON = join(ROOT, 'test/double/electron')
// A slave of the desktop app is Electron as Node, whose fs takes files *.asar for folders.
const electron = slaveProgram({ ...testEnvironment(), ELECTRON_RUN_AS_NODE: '1' })

test('a slave that is Electron removes, copies and keeps files *.asar as files', async () => {
  const repository = makeRepository()
  repository.commit('an app', { 'dist/in/index.js': 'console.log(1)\n', 'dist/junk.asar': 'junk' })
  await createPackage(join(repository.path, 'dist/in'), join(repository.path, 'dist/app.asar'))
  repository.commit('packed', {})
  const report = {
    'reports/TEST-x.asar/r.xml': '<testsuite name="s"><testcase name="t"/></testsuite>',
  }
  repository.commit('with a folder of that name', report)
  const one = await testMaster({
    slaveProgram: { ...electron, file: ELECTRON },
    config: {
      projects: [{ name: 'app', repository: repository.path, poll: 'off' }],
      builders: [
        {
          name: 'app',
          steps: [
            { git: { mode: 'clobber' } },
            { name: 'make', shell: 'cp dist/app.asar made.asar', pty: true },
            { upload: ['dist/**', 'made.asar', 'reports/**'] },
          ],
        },
      ],
    },
  })

  const first = await one.build('app')
  const second = await one.build('app')

  const kept = one.data.artifactsOfBuild(second.id).map(({ path, sizeBytes }) => [path, sizeBytes])
  const size = readFileSync(join(repository.path, 'dist/app.asar')).length
  expect([outcome(first), outcome(second), one.steps(second), Object.fromEntries(kept)]).toEqual([
    'success: build successful',
    'success: build successful',
    expect.objectContaining({ upload: 'success: 5 files' }),
    {
      'dist/app.asar': size,
      'dist/in/index.js': 15,
      'dist/junk.asar': 4,
      'made.asar': size,
      'reports/TEST-x.asar/r.xml': report['reports/TEST-x.asar/r.xml'].length,
    },
  ])

  // What masters of Buildbot ask for besides.
  const to = join(temporaryFolder('copy'), 'dist')
  const from = join(repository.path, 'dist')
  const session = one.master.slaves.session('local')!
  const copied = await session.start('cpdir', { from_path: from, to_path: to }).done
  expect([copied.rc, readFileSync(join(to, 'app.asar')).length]).toEqual([0, size])
})

test('a file *.asar that somebody adds as a repository is told to be a file', async () => {
  const file = join(temporaryFolder('file'), 'app.asar')
  writeFileSync(file, 'junk')
  const inspect = `
    import { inspectRepository } from '${join(ROOT, 'main/master/detect/inspect.ts')}'
    await inspectRepository(${JSON.stringify(file)}, { env: {}, config: {}, folder: '/' }).catch(error => console.log(error.message))`
  const args = ['--input-type=module', '-e', inspect]
  const { stdout } = await promisify(execFile)(ELECTRON, args, { env: electron.env })
  expect(stdout).toContain(`${file} is a file; a folder with a git repository is needed.`)
})
