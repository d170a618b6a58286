import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { attachHandlers } from '../../main/bridge/attach.ts'
import { VERSION } from '../../main/host/version.ts'
import {
  receiveProgram,
  slavePackageSource,
} from '../../main/master/slaves/remote/slave-package.ts'
import { packSlave } from '../../scripts/pack-slave.mjs'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT, testEnvironment, testMaster } from '../helpers/master.ts'
import { killProcessesWith } from '../helpers/processes.ts'
import { startSlaveProcess } from '../helpers/slave-process.ts'

test('the line that a master shows fetches the slave, checks and starts it, without a registry; and it builds', async () => {
  const slavePackage = await packSlave(temporaryFolder('pack'))
  expect(basename(slavePackage)).toBe(`triphammer-slave-${VERSION}.tgz`)
  const one = await testMaster({
    slavePackage,
    config: {
      slavePort: '127.0.0.1:0',
      builders: [{ name: 'b', slaves: ['far'], steps: [{ shell: 'echo far away' }] }],
      slaves: [{ name: 'far', kind: 'remote' }],
    },
  })
  await one.master.remote.settled()
  const invited = await attachHandlers(one.master)['attach:invite']({
    name: 'far',
    tags: [],
    maxBuilds: null,
  })
  if (!invited.ok) throw new Error(invited.message)

  const far = temporaryFolder('far')
  // Below the shell are npm, another shell and the slave. Their words are read byte by byte: the end of the name is plain.
  later(() => killProcessesWith(far.slice(-6)))
  const password = join(far, 'password')
  writeFileSync(password, invited.password)
  chmodSync(password, 0o600)
  const slave = startSlaveProcess(['--password-file', password], {
    // What is typed is gone through by a shell; what comes after it are more arguments.
    program: ['sh', '-c', `cd "$0" && ${invited.command} "$@"`, far],
    env: environment(far),
  })
  await slave.until(/attached to/)
  if (one.data.slave('far')?.state !== 'online')
    await one.until('slave/changed', ({ name, state }) => name === 'far' && state === 'online')
  const build = await one.build('b')
  expect([build.slave, await one.logText(build, 'echo far away')]).toEqual(['far', 'far away\n'])
  expect(one.data.slave('far')?.info.version).toBe(VERSION)
})

test('a package that is another one, or is not there, is told in one line', () => {
  const folder = temporaryFolder('package')
  const file = join(folder, 'triphammer-slave-0.0.0.tgz')
  writeFileSync(file, 'a whole package')
  const { check, name } = slavePackageSource(file).describe()!
  const run = () => {
    const { status, stderr } = spawnSync('sh', ['-c', check], { cwd: folder, encoding: 'utf8' })
    return [status, stderr]
  }
  expect(run()).toEqual([0, ''])
  writeFileSync(file, 'something else')
  expect(run()).toEqual([1, `${name} is not the file of this master\n`])
  rmSync(file)
  expect(run()).toEqual([1, `${name} is not in this folder\n`])
})

test('what comes over ssh is kept only when it came whole', async () => {
  const folder = temporaryFolder('sent')
  const file = join(folder, 'triphammer-slave-0.0.0.tgz')
  writeFileSync(file, 'a whole package')
  const program = receiveProgram(slavePackageSource(file).describe()!)
  const receive = (input: string, there = temporaryFolder('there')) => {
    const { status, stderr } = spawnSync('sh', ['-c', `node -e "${program}"`], {
      cwd: there,
      input,
      encoding: 'utf8',
    })
    return [status, stderr, spawnSync('cat', [basename(file)], { cwd: there }).stdout.toString()]
  }
  const taken = temporaryFolder('taken')
  mkdirSync(join(taken, basename(file)))
  expect([
    receive('a whole package'),
    receive('a whole pack'),
    receive('a whole package', taken),
  ]).toEqual([
    [0, '', 'a whole package'],
    [1, `${basename(file)} did not arrive whole\n`, ''],
    [1, expect.stringMatching(/^EISDIR: [^\n]*\n$/), ''],
  ])
})

test('on a Node that is too old it says which one is needed', () => {
  const folder = temporaryFolder('old')
  const wrapper = readFileSync(join(ROOT, 'scripts/triphammer-slave.mjs'), 'utf8')
  const old = wrapper.replace('process.versions.node.split', "'20.1.0'.split")
  writeFileSync(join(folder, 'old.mjs'), old)
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'old.mjs')], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([1, expect.stringContaining('Node 22 or later is needed')])
})

function environment(far: string): Record<string, string> {
  const env = testEnvironment()
  return {
    ...env,
    PATH: `${dirname(process.execPath)}${delimiter}${env.PATH}`,
    // Without node-pty, which is not to be had offline: steps need no terminal.
    npm_config_offline: 'true',
    npm_config_cache: join(far, '.npm'),
  }
}
