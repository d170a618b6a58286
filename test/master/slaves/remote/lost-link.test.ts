import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attachHandlers } from '../../../../main/bridge/attach.ts'
import { memorySecrets } from '../../../../main/master/secrets.ts'
import { parseAddress } from '../../../../slave/protocol/dial.ts'
import { temporaryFolder } from '../../../helpers/folders.ts'
import { type TestMaster, testMaster } from '../../../helpers/master.ts'
import { type Relay, startRelay } from '../../../helpers/relay.ts'
import { anyPackage } from '../../../helpers/remote.ts'
import { startSlaveProcess } from '../../../helpers/slave-process.ts'

// What happens to a link that is cut is tested in ../lost-link.test.ts; here, that both ways of
// coming by one come by the next, through TLS, to the same slave.

const LINES = Array.from({ length: 400 }, (_, n) => `line ${n}`)

function desk(gate: string) {
  const shell = `i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); done; while [ ! -e '${gate}' ]; do sleep 0.02; done; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); done`
  return testMaster({
    secrets: memorySecrets(),
    slavePackage: anyPackage(),
    config: {
      slavePort: { host: '127.0.0.1', port: 0, tls: true },
      slaves: [{ name: 'mini', kind: 'remote' }],
      builders: [{ name: 'far', steps: [{ name: 'x', shell }] }],
    },
  })
}

function reaches(one: TestMaster, state: string) {
  const now = one.data.slave('mini')!
  if (now.state === state) return Promise.resolve(now)
  return one.until('slave/changed', slave => slave.name === 'mini' && slave.state === state)
}

async function cutInTheMiddle(one: TestMaster, relay: Relay, gate: string) {
  const id = one.request('far')
  await one.wrote('x', 'line 199\n')
  const lost = reaches(one, 'lost')
  relay.cut()
  await lost
  writeFileSync(gate, '')
  await one.completed(id)
  const builds = one.data.buildsOfRequest(id)
  return {
    results: builds.map(build => build.results),
    text: await one.logText(builds.at(-1)!, 'x'),
  }
}

test.each([
  ['that dials in', dialsIn],
  ['that is dialled', isDialled],
])('a slave %s finds back to its build when the line is cut', async (_, attach) => {
  const gate = join(temporaryFolder('gate'), 'go')
  const one = await desk(gate)
  await one.master.remote.settled()
  const relay = await attach(one)
  await reaches(one, 'online')
  expect(await cutInTheMiddle(one, relay, gate)).toEqual({
    results: [0],
    text: `${LINES.join('\n')}\n`,
  })
})

async function dialsIn(one: TestMaster): Promise<Relay> {
  const handlers = attachHandlers(one.master)
  const invited = await handlers['attach:invite']({ name: 'mini', tags: [], maxBuilds: null })
  if (!invited.ok) throw new Error(invited.message)
  const relay = await startRelay(parseAddress(invited.address)!.port)
  const args = ['--master', `127.0.0.1:${relay.port}`, '--fingerprint', invited.fingerprint]
  startSlaveProcess([...args, '--name', 'mini', '--password-file', '-'], {
    input: invited.password,
  })
  return relay
}

async function isDialled(one: TestMaster): Promise<Relay> {
  const slave = startSlaveProcess(['--listen', '127.0.0.1:0', '--name', 'mini'])
  const relay = await startRelay(parseAddress(await slave.until(/waits at (\S+)/))!.port)
  const paired = await attachHandlers(one.master)['attach:pair']({
    address: `127.0.0.1:${relay.port}`,
    code: await slave.until(/code (\S+),/),
    // The relay passes TLS through; it has no certificate of its own.
    fingerprint: await slave.until(/fingerprint (\S+)/),
    name: 'mini',
    tags: [],
    maxBuilds: 1,
  })
  expect(paired).toEqual({ ok: true, name: 'mini' })
  return relay
}
