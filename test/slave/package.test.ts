import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { attachHandlers } from '../../main/bridge/attach.ts'
import { packSlavePackage } from '../../scripts/pack-slave-package.mjs'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT, testEnvironment, testMaster } from '../helpers/master.ts'
import { startSlaveProcess } from '../helpers/slave-process.ts'

const VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version

test('a slave of the packed tarball is installed without a network, is attached, and builds', async () => {
  const file = await packSlavePackage(temporaryFolder('pack'))
  expect(basename(file)).toBe(`triphammer-slave-${VERSION}.tgz`)
  const far = install(file)
  // Without node-pty, which is not to be had offline: steps need no terminal.
  expect(readdirSync(join(far, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual([
    'triphammer-slave',
  ])
  const program = [join(far, 'node_modules/.bin/triphammer-slave'), 'slave'] as const
  const slave = startSlaveProcess(['--listen', '127.0.0.1:0', '--name', 'far'], {
    program,
    env: environment(),
  })
  const address = await slave.until(/waits at (\S+)/)
  const code = await slave.until(/code (\S+),/)

  const one = await testMaster({
    config: { builders: [{ name: 'b', steps: [{ shell: 'echo far away' }] }] },
  })
  const attach = attachHandlers(one.master)
  const probe = await attach['attach:probe']({ address })
  if (!probe.ok) throw new Error(probe.message)
  expect(probe.version).toBe(VERSION)
  const { fingerprint } = probe
  const order = { address, code, fingerprint, name: 'far', tags: [], maxBuilds: 1 }
  expect(await attach['attach:pair'](order)).toEqual({ ok: true, name: 'far' })
  if (one.data.slave('far')?.state !== 'online')
    await one.until('slave/changed', ({ name, state }) => name === 'far' && state === 'online')
  one.configure(
    readFileSync(one.configFile, 'utf8').replace('name: b', 'name: b\n    slaves: [far]'),
  )
  const build = await one.build('b')
  expect([build.slave, await one.logText(build, 'echo far away')]).toEqual(['far', 'far away\n'])
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

function install(file: string): string {
  const far = temporaryFolder('far')
  writeFileSync(join(far, 'package.json'), '{}')
  const args = [
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--cache',
    join(far, '.npm'),
    file,
  ]
  const { status, stderr } = spawnSync('npm', args, {
    cwd: far,
    encoding: 'utf8',
    env: environment(),
  })
  if (status !== 0) throw new Error(stderr)
  return far
}

function environment(): Record<string, string> {
  const env = testEnvironment()
  return { ...env, PATH: `${dirname(process.execPath)}${delimiter}${env.PATH}` }
}
