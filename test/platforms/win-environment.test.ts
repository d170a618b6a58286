import { expect, test } from 'vitest'
import { beOn, driveC } from '../helpers/platform.ts'

const EXPLORER = {
  Path: 'C:\\Windows\\system32;C:\\Program Files\\Git\\cmd',
  ComSpec: 'C:\\Windows\\system32\\cmd.exe',
  SystemRoot: 'C:\\Windows',
}

test('a program is found by the variable that Windows calls Path', async () => {
  beOn('win32')
  driveC(['C:\\Program Files\\Git\\cmd\\git.exe'])
  const { scrubEnvironment } = await import('../../slave/environment.ts')
  const { programOf } = await import('../../slave/commands/program.ts')
  const env = scrubEnvironment(EXPLORER, 'C:\\app')
  const ask = (name: string) => programOf({ command: [name, '-v'], workdir: 'C:\\w' }, env).problem
  expect([env.PATH, Object.keys(env), ask('git'), ask('hg')]).toEqual([
    EXPLORER.Path,
    ['PATH', 'COMSPEC', 'SystemRoot'],
    undefined,
    '"hg" was not found. Is it installed, and in the slave\'s PATH?',
  ])
})

test('what npm and this app put into Path stays out of builds, however names are written', async () => {
  beOn('win32')
  const { scrubEnvironment } = await import('../../slave/environment.ts')
  const env = {
    Path: 'C:\\app\\node_modules\\.bin;C:\\node_modules\\.bin;C:\\bin',
    npm_execpath: 'npm-cli.js',
    Node_Options: '--inspect',
    Triphammer_Home: 'x',
  }
  expect(scrubEnvironment(env, 'C:\\app')).toEqual({
    PATH: 'C:\\bin',
  })
})

test('a variable of a step takes the place of the one that differs from it in case only', async () => {
  beOn('win32')
  const { stepEnvironment } = await import('../../slave/commands/shell.ts')
  const base = { PATH: 'C:\\bin', Temp: 'C:\\t', http_proxy: 'p' }
  const env = { Path: `C:\\tools;\${path}`, TEMP: null, Http_Proxy: `\${TEMP}` }
  expect(stepEnvironment({ env, workdir: 'C:\\w' }, base)).toEqual({
    PATH: 'C:\\tools;C:\\bin',
    http_proxy: 'C:\\t',
    PWD: 'C:\\w',
  })
})
