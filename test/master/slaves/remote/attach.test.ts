import { execFile } from 'node:child_process'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { attachHandlers } from '../../../../main/bridge/attach.ts'
import { openSecretFiles } from '../../../../main/host/secret-files.ts'
import { temporaryFolder } from '../../../helpers/folders.ts'
import { type TestMaster, type TestMasterOptions, testMaster } from '../../../helpers/master.ts'
import { type SlaveProcess, startSlaveProcess } from '../../../helpers/slave-process.ts'

const run = promisify(execFile)
const CONFIG = {
  slavePort: '127.0.0.1:0',
  builders: [{ name: 'far', slaves: ['local'], steps: [{ shell: 'echo built by $WHO' }] }],
}

async function desk(options: TestMasterOptions = {}) {
  const dataDir = temporaryFolder('data')
  const secrets = openSecretFiles(join(dataDir, 'secrets'))
  const slavePackage = join(dataDir, 'triphammer-slave-0.0.0.tgz')
  writeFileSync(slavePackage, 'a package')
  const one = await testMaster({ config: CONFIG, dataDir, secrets, slavePackage, ...options })
  await one.master.remote.settled()
  return { one, attach: attachHandlers(one.master), secrets }
}

const online = (one: TestMaster, name: string) => state(one, name, 'online')
function state(one: TestMaster, name: string, wanted: string) {
  const now = one.data.slave(name)
  if (now?.state === wanted) return Promise.resolve(now)
  return one.until('slave/changed', slave => slave.name === name && slave.state === wanted)
}

/** Has the builder use this slave, and builds. */
async function buildOn(one: TestMaster, name: string) {
  const text = readFileSync(one.configFile, 'utf8').replace(
    /slaves:\n\s+- local\n/,
    `slaves: [${name}]\n`,
  )
  one.configure(text)
  const build = await one.build('far')
  return [build.slave, build.stateString, await one.logText(build, 'echo built by $WHO')]
}

async function waiting(name = 'mini', options = {}) {
  const slave = startSlaveProcess(['--listen', '127.0.0.1:0', '--name', name], {
    env: { WHO: name },
    ...options,
  })
  const address = await slave.until(/waits at (\S+)/)
  const fingerprint = await slave.until(/fingerprint (\S+)/)
  return { slave, address, fingerprint }
}

function pairOrder(address: string, code: string, fingerprint: string, name = 'mini') {
  return { address, code, fingerprint, name, tags: ['arm64'], maxBuilds: 2 }
}

test('a slave that waits is paired with its code, and builds; both ends find each other again', async () => {
  const { one, attach, secrets } = await desk()
  const { slave, address, fingerprint } = await waiting()
  const code = await slave.until(/code (\S+),/)
  const probe = await attach['attach:probe']({ address })
  expect(probe).toMatchObject({ ok: true, name: 'mini', fingerprint, capabilities: { resume: 1 } })

  const paired = await attach['attach:pair'](pairOrder(address, code, fingerprint))
  expect(paired).toEqual({ ok: true, name: 'mini' })
  await online(one, 'mini')
  expect(await buildOn(one, 'mini')).toEqual(['mini', 'build successful', 'built by mini\n'])
  expect(one.master.config.current.slaves).toMatchObject([
    { name: 'local' },
    { name: 'mini', kind: 'remote', address, tags: ['arm64'], maxBuilds: 2 },
  ])
  expect(one.data.slaveKeys('mini')).toMatchObject({ fingerprint, passwordHash: null })
  // The key is for this user's eyes only, at both ends.
  expect(await secrets.get('slave-key.mini')).toHaveLength(43)
  const files = [
    join(one.dataDir, 'secrets', 'slave-key.mini'),
    join(slave.state, 'master-key.json'),
    join(slave.state, 'slave.pem'),
  ]
  expect(files.map(file => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
  expect(readFileSync(files[1]!, 'utf8')).not.toContain(await secrets.get('slave-key.mini'))

  await one.restart()
  await online(one, 'mini')
  expect((await one.build('far')).slave).toBe('mini')
})

test('a slave that dials in builds, over TLS, and finds its master again', async () => {
  const { one, attach } = await desk()
  const invited = await attach['attach:invite']({ name: 'mini', tags: [], maxBuilds: null })
  if (!invited.ok) throw new Error(invited.message)
  expect(one.data.slave('mini')).toMatchObject({
    state: 'offline',
    reason: expect.stringMatching(/^it has not dialled in yet at port \d+$/),
  })
  const slave = dialling(invited.command, invited.password)
  await online(one, 'mini')
  expect(await buildOn(one, 'mini')).toEqual(['mini', 'build successful', 'built by mini\n'])
  expect(one.data.slave('mini')!.link).toMatchObject({ how: 'dials-in', program: 'triphammer' })
  expect(one.data.slaveKeys('mini')!.passwordHash).toMatch(/^scrypt\$32768\$8\$1\$/)

  slave.child.kill('SIGTERM')
  expect(await slave.exited).toEqual({ code: 0, signal: null })
  await state(one, 'mini', 'offline')
  const again = dialling(invited.command, invited.password, slave.state)
  await online(one, 'mini')

  again.child.kill('SIGTERM')
  await again.exited
  await state(one, 'mini', 'offline')
  await one.restart()
  await one.master.remote.settled()
  // Not "it has not dialled in yet": it was here.
  expect(one.data.slave('mini')!.reason).toMatch(/^it has not come back to port \d+ yet$/)
})

test('the slave port gives the slave away over TLS, and nothing else', async () => {
  const { attach } = await desk()
  const { slavePort, slavePackage } = await attach['attach:info']()
  const at = (path: string, scheme = 'https') => {
    const url = `${scheme}://${slavePort!.addresses[0]}/${path}`
    return run('curl', ['-sSk', url]).then(({ stdout }) => stdout)
  }
  expect([
    await at(slavePackage!.name),
    await at('slave-port.pem'),
    await at(slavePackage!.name, 'http'),
  ]).toEqual([
    'a package',
    'This port takes slaves of Triphammer, which speak WebSocket.\n',
    'This port takes slaves of Triphammer, which speak WebSocket.\n',
  ])
})

test('a master that was not built invites nobody, and says why', async () => {
  const { attach } = await desk({ slavePackage: '/nowhere/triphammer-slave-0.0.0.tgz' })
  const wish = { name: 'mini', tags: [], maxBuilds: null }
  expect([await attach['attach:info'](), await attach['attach:invite'](wish)]).toMatchObject([
    { slavePackage: null },
    { problem: 'no-package', nextStep: 'Run "npm run build" in it.' },
  ])
})

test('the first certificate that a slave sees is kept, and another one is not told the password', async () => {
  const { one, attach } = await desk()
  const invited = await attach['attach:invite']({ name: 'mini', tags: [], maxBuilds: null })
  if (!invited.ok) throw new Error(invited.message)
  const command = invited.command.replace(/ --fingerprint \S+/, '')
  const first = dialling(command, invited.password)
  await first.until(/the master shows the certificate (\S+); no other/)
  await online(one, 'mini')
  first.child.kill('SIGTERM')
  await first.exited

  const other = await desk()
  const { slavePort } = await other.attach['attach:info']()
  const moved = command.replace(/--master \S+/, `--master ${slavePort!.addresses[0]}`)
  const second = dialling(moved, invited.password, first.state)
  await second.until(/is not the one from before: its fingerprint is (\S+)\./)
  expect(other.one.said.filter(line => line.includes('refused'))).toEqual([])
  expect(second.said()).toContain('run "triphammer slave --forget --name mini"')
})

test('a wrong password is said once at both ends, and a right one gets in all the same', async () => {
  const { one, attach } = await desk()
  const invited = await attach['attach:invite']({ name: 'mini', tags: [], maxBuilds: null })
  if (!invited.ok) throw new Error(invited.message)
  const wrong = dialling(invited.command, 'wrong')
  await wrong.until(/does not take "mini" with this password/)
  dialling(invited.command, invited.password)
  await online(one, 'mini')
  expect(one.said.filter(line => line.includes('wrong password'))).toEqual([
    'slave port: 127.0.0.1 was refused: wrong password for slave "mini"',
  ])
  expect(wrong.said().match(/does not take/g)).toHaveLength(1)
})

test('a second slave of a name is refused while the first one answers', async () => {
  const { one, attach } = await desk()
  const invited = await attach['attach:invite']({ name: 'mini', tags: [], maxBuilds: null })
  if (!invited.ok) throw new Error(invited.message)
  const first = dialling(invited.command, invited.password)
  await online(one, 'mini')
  const second = dialling(invited.command, invited.password)
  await second.until(/lost: mini is attached already/)
  expect(first.said()).not.toContain('lost:')
  expect(one.said.join('\n')).toContain('another slave named mini is attached already')
})

test('who is revoked by the master is forgotten by the slave, and can be paired again', async () => {
  const { one, attach, secrets } = await desk()
  const { slave, address, fingerprint } = await waiting()
  const code = await slave.until(/code (\S+),/)
  await attach['attach:pair'](pairOrder(address, code, fingerprint))
  await online(one, 'mini')

  expect(await attach['attach:revoke']({ name: 'mini' })).toEqual({ ok: true, nextStep: '' })
  await state(one, 'mini', 'offline')
  await slave.until(/the master was forgotten/)
  expect([one.data.slaveKeys('mini'), await secrets.get('slave-key.mini')]).toEqual([
    undefined,
    undefined,
  ])
  const again = await slave.until(/forgotten[\s\S]*code (\S+),/)
  expect(await attach['attach:pair'](pairOrder(address, again, fingerprint))).toMatchObject({
    ok: true,
  })
  await online(one, 'mini')
})

test('a slave that is told to forget its master, on its own machine, lets it in no more', async () => {
  const { one, attach } = await desk()
  const { slave, address, fingerprint } = await waiting()
  const code = await slave.until(/code (\S+),/)
  await attach['attach:pair'](pairOrder(address, code, fingerprint))
  await online(one, 'mini')
  const told = startSlaveProcess(['--forget', '--name', 'mini'], { state: slave.state })
  expect(await told.exited).toEqual({ code: 0, signal: null })
  expect(told.said()).toMatch(/^slave "mini" has forgotten its master; code \S+, good until/)
  const { reason } = await one.until(
    'slave/changed',
    ({ name, reason: why }) => name === 'mini' && why.includes('does not know'),
  )
  expect(reason).toContain('Pair with it again.')
})

test('a slave that dials in and is revoked is let in no more', async () => {
  const { one, attach } = await desk()
  const invited = await attach['attach:invite']({ name: 'mini', tags: [], maxBuilds: null })
  if (!invited.ok) throw new Error(invited.message)
  const slave = dialling(invited.command, invited.password)
  await online(one, 'mini')
  expect(await attach['attach:revoke']({ name: 'mini' })).toEqual({ ok: true, nextStep: '' })
  await slave.until(/does not take "mini" with this password/)
  expect(one.data.slave('mini')).toMatchObject({
    state: 'offline',
    reason: 'it has no password yet: "triphammer attach --invite mini" makes one',
  })
})

test('a slave of this machine has nothing that could be taken away', async () => {
  const { one, attach } = await desk()
  await online(one, 'local')
  await expect(attach['attach:revoke']({ name: 'local' })).rejects.toThrow(
    '"local" runs on this machine and was never attached.',
  )
  expect(one.data.slave('local')).toMatchObject({ state: 'online' })
})

test('an existing password can be given, as stock workers have one', async () => {
  const { attach } = await desk()
  const password = 'as in buildbot.tac'
  const order = { name: 'old', tags: [], maxBuilds: null, password }
  expect(await attach['attach:invite'](order)).toMatchObject({
    ok: true,
    password,
    stockCommand: expect.stringMatching(
      /^buildbot-worker create-worker --protocol=msgpack_experimental_v7 old 127\.0\.0\.1:\d+ old /,
    ),
  })
})

test('what can not be attached is told with the next step, before a code is spent', async () => {
  const { one, attach } = await desk({
    config: { builders: CONFIG.builders, slaves: [{ name: 'local' }] },
  })
  const order = { name: 'local', tags: [], maxBuilds: null }
  expect(await attach['attach:invite'](order)).toMatchObject({
    problem: 'slave-name',
    message: expect.stringContaining('here is a slave "local" of kind local already'),
  })
  expect(await attach['attach:invite']({ ...order, name: 'mini' })).toMatchObject({
    problem: 'no-slave-port',
    nextStep: expect.stringContaining('slavePort: 9990'),
  })
  one.configure('slaves: 5')
  expect(await attach['attach:invite']({ ...order, name: 'mini' })).toMatchObject({
    problem: 'config',
    message: expect.stringContaining('master.yml:1: slaves: must be a list'),
  })
})

test('the port can be opened by request, and a port that is in use is told', async () => {
  const first = await desk()
  const { port } = (await first.attach['attach:info']()).slavePort!
  const { one, attach } = await desk({ config: { slaves: [{ name: 'local' }] } })
  expect(await attach['attach:info']()).toMatchObject({ slavePort: null, trouble: '' })
  expect(await attach['attach:listen']({ port })).toMatchObject({
    ok: false,
    problem: 'no-slave-port',
    message: expect.stringContaining('in use by another program'),
  })
  expect(readFileSync(one.configFile, 'utf8')).toContain(`slavePort: ${port}\n`)
})

test('a slave that is to drain ends its build first, and is given no other', async () => {
  const gate = join(temporaryFolder('gate'), 'go')
  const { one, attach } = await desk({
    config: {
      slavePort: '127.0.0.1:0',
      slaves: [{ name: 'mini', kind: 'remote' }],
      builders: [
        {
          name: 'far',
          steps: [
            {
              name: 'x',
              shell: `echo on; while [ ! -e '${gate}' ]; do sleep 0.05; done; echo off`,
            },
          ],
        },
      ],
    },
  })
  const invited = await attach['attach:invite']({ name: 'mini', tags: [], maxBuilds: null })
  if (!invited.ok) throw new Error(invited.message)
  const slave = dialling(`${invited.command} --drain`, invited.password)
  await online(one, 'mini')
  const id = one.request('far')
  await one.wrote('x', 'on')
  // One wish may come as two signals, by way of npm, a terminal and systemd.
  slave.child.kill('SIGTERM')
  slave.child.kill('SIGINT')
  await one.until('slave/changed', ({ draining }) => draining)
  writeFileSync(gate, '')
  await one.completed(id)
  expect(await slave.exited).toEqual({ code: 0, signal: null })
  expect(one.steps(one.data.buildsOfRequest(id).at(-1)!)).toEqual({ x: 'success' })
  await state(one, 'mini', 'offline')
  expect(one.data.slave('mini')!.draining).toBe(false)
})

/** Types what the master shows, with the password in a file. */
function dialling(command: string, password: string, state?: string): SlaveProcess {
  const file = join(temporaryFolder('password'), 'password')
  writeFileSync(file, `${password}\n`)
  chmodSync(file, 0o600)
  const args = command.replace(/^.* npx --yes \.\/triphammer-slave-\S+\.tgz /, '').split(' ')
  return startSlaveProcess([...args, '--password-file', file], {
    env: { WHO: 'mini' },
    ...(state && { state }),
  })
}
