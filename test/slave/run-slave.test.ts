import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPrivateSocket } from '../../main/master/slaves/private-socket.ts'
import { basicAuthorization } from '../../slave/protocol/authorization.ts'
import { CAPABILITIES } from '../../slave/protocol/capabilities.ts'
import { type Link, startLink } from '../../slave/protocol/link.ts'
import { SLAVE_ID_VARIABLE, slaveIdOf } from '../../slave/protocol/slave-id.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT, testEnvironment } from '../helpers/master.ts'
import { standIns } from '../helpers/platform.ts'
import { eventually, isAlive, isGone } from '../helpers/processes.ts'
import { macPs } from '../platforms/mac.ts'

interface SlaveProcess {
  readonly child: ChildProcess
  readonly folder: string
  readonly socket: string
  readonly said: () => string
  readonly exited: Promise<[number | null, string | null]>
}

async function startSlave(
  folder = temporaryFolder('slave'),
  env: Readonly<Record<string, string>> = {},
): Promise<SlaveProcess> {
  const socket = join(folder, 'socket')
  writeFileSync(join(folder, 'key'), 'secret\n')
  const args = ['--name', 'a', '--basedir', folder, '--socket', socket]
  const child = spawn(
    process.execPath,
    [join(ROOT, 'slave/main.ts'), ...args, '--key-file', join(folder, 'key')],
    { env: { ...testEnvironment(), ELECTRON_RUN_AS_NODE: '1', npm_config_x: 'y', ...env } },
  )
  later(() => child.kill('SIGKILL'))
  let said = ''
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', text => (said += text))
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  await eventually(() => said.includes('waits for the master'), `a slave: ${said}`)
  return { child, folder, socket, said: () => said, exited }
}

async function attach(slave: SlaveProcess, key = 'secret'): Promise<Link> {
  const socket = openPrivateSocket(slave.socket, '/', {
    headers: { Authorization: basicAuthorization('master', key) },
  })
  await once(socket, 'open')
  later(() => socket.terminate())
  const link = startLink(socket, { answer: () => null })
  const lease = { seconds: 600, spool_bytes: 1_000_000 }
  await link.request('set_worker_settings', { args: { triphammer: CAPABILITIES, lease } })
  return link
}

// Starts a command that writes its pid into a file and goes on for long.
async function startSleeper(
  slave: SlaveProcess,
  link: Link,
  script = 'sleep 600',
  place?: object,
): Promise<number> {
  const workdir = join(slave.folder, 'work')
  const command = `${script} & echo $! > pid.new; mv pid.new pid; wait`
  await link.request('start_command', {
    command_id: `x-${Math.random()}`,
    command_name: 'shell',
    args: { workdir, command },
    ...(place && { triphammer: place }),
  })
  return eventually(() => {
    try {
      return Number(readFileSync(join(workdir, 'pid'), 'utf8'))
    } catch {
      return undefined
    }
  }, 'the sleeper')
}

function pidIn(file: string): Promise<number> {
  return eventually(() => {
    try {
      return Number(readFileSync(file, 'utf8')) || undefined
    } catch {
      return undefined
    }
  }, `a pid in ${file}`)
}

function mayMakeCgroups(): boolean {
  try {
    const line = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .find(one => one.includes(' - cgroup2 '))
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))![1]!
    accessSync(join(line!.split(' ')[4]!, own, 'cgroup.procs'), constants.W_OK)
    return true
  } catch {
    return false
  }
}

test('a slave listens where only its user can reach it, and only to who shows the key', async () => {
  const slave = await startSlave()
  const mode = statSync(slave.socket).mode & 0o777
  const refused = await attach(slave, 'wrong').catch((error: Error) => error.message)
  const link = await attach(slave)
  expect([mode, refused, await link.request('print', { message: 'hello' })]).toEqual([
    0o600,
    'Unexpected server response: 401',
    null,
  ])
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'a slave that gets %s ends what runs, and goes with exit status 0',
  async signal => {
    const slave = await startSlave()
    const pid = await startSleeper(slave, await attach(slave))
    slave.child.kill(signal)
    expect([await slave.exited, isAlive(pid)]).toEqual([[0, null], false])
  },
)

test('a slave that is sent away goes', async () => {
  const slave = await startSlave()
  const link = await attach(slave)
  await link.request('shutdown')
  expect(await slave.exited).toEqual([0, null])
})

test('what a step left in the background does not outlive the slave', async () => {
  const slave = await startSlave()
  const link = await attach(slave)
  const stubborn = `setsid sh -c 'trap "" TERM; echo $$ > stubborn; sleep 600'`
  await startSleeper(slave, link, `(${stubborn} &); sleep 0`)
  const pid = await pidIn(join(slave.folder, 'work/stubborn'))
  await link.request('shutdown')
  expect([await slave.exited, isAlive(pid)]).toEqual([[0, null], false])
})

test('a slave that takes the place of a killed one ends what that left', async () => {
  const first = await startSlave()
  const pid = await startSleeper(first, await attach(first))
  first.child.kill('SIGKILL')
  await first.exited
  const left = isAlive(pid)
  const second = await startSlave(first.folder)
  expect([left, await isGone(pid)]).toEqual([true, true])
  await attach(second)
})

test('a slave that takes the place of a killed one ends what that left, also where macOS hides environments', async () => {
  const bin = standIns({ ps: macPs({ environments: false }) })
  const mac = `Object.defineProperty(process,'platform',{value:'darwin'})`
  const env = {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(mac)}`,
    PATH: `${bin}:${testEnvironment().PATH}`,
  }
  const first = await startSlave(undefined, env)
  const pid = await startSleeper(first, await attach(first))
  first.child.kill('SIGKILL')
  await first.exited
  const left = isAlive(pid)
  await startSlave(first.folder, env)
  expect([left, await isGone(pid)]).toEqual([true, true])
  // What has ended is not looked for again.
  expect(existsSync(join(first.folder, '.processes.json'))).toBe(false)
})

// What nothing but the control group of the slave can find: no mark, no group, no parent.
const VANISH = `(sh -c 'ulimit -S -w unlimited 2>/dev/null || ulimit -S -x unlimited
  env -i setsid sh -c "trap "" TERM; echo \\$\\$ > vanished; while :; do sleep 600; done" &' &)`

test.skipIf(!mayMakeCgroups())(
  'in a control group of its own, a slave leaves nothing behind that could hide from it',
  async () => {
    const slave = await startSlave()
    const link = await attach(slave)
    await startSleeper(slave, link, `${VANISH}; sleep 600`)
    const pid = await pidIn(join(slave.folder, 'work/vanished'))
    await link.request('shutdown')
    expect([await slave.exited, isAlive(pid)]).toEqual([[0, null], false])
  },
)

test.skipIf(!mayMakeCgroups())(
  'a slave that takes the place of a killed one finds in its control group who hides',
  async () => {
    const first = await startSlave()
    await startSleeper(first, await attach(first), `${VANISH}; sleep 600`)
    const pid = await pidIn(join(first.folder, 'work/vanished'))
    first.child.kill('SIGKILL')
    await first.exited
    await startSlave(first.folder)
    expect(isAlive(pid)).toBe(false)
  },
)

test('a slave that is started in a step of another ends nothing of that one', async () => {
  const outer = { [SLAVE_ID_VARIABLE]: slaveIdOf(temporaryFolder('outer')) }
  const step = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    env: { ...testEnvironment(), ...outer },
  })
  later(() => step.kill('SIGKILL'))
  await once(step, 'spawn')
  const inner = await startSlave(temporaryFolder('inner'), outer)

  inner.child.kill('SIGTERM')

  expect(await inner.exited).toEqual([0, null])
  expect(step.signalCode).toBe(null)
  expect(isAlive(step.pid!)).toBe(true)
})

test('a slave that takes the place of a killed one finds what has cleared its environment', async () => {
  const first = await startSlave()
  const leave = `(env -i setsid sh -c 'echo $$ > escaped; exec sleep 600' &)`
  await startSleeper(first, await attach(first), `${leave}; sleep 600`)
  const pid = await pidIn(join(first.folder, 'work/escaped'))
  first.child.kill('SIGKILL')
  await first.exited
  const left = isAlive(pid)
  await startSlave(first.folder)
  expect([left, isAlive(pid)]).toEqual([true, false])
})

test('a master that comes again takes over, and what ran for the first one is ended', async () => {
  const slave = await startSlave()
  const first = await attach(slave)
  const pid = await startSleeper(slave, first)
  const second = await attach(slave)
  expect([await first.ended, await isGone(pid), await second.request('keepalive')]).toEqual([
    'another connection of the master took over',
    true,
    null,
  ])
})

test('a slave whose folder was removed ends what runs, and goes: no master comes back to it', async () => {
  const slave = await startSlave()
  const link = await attach(slave)
  const pid = await startSleeper(slave, link, 'sleep 600', { build: 'b', step: 0 })
  link.close('the master dies')
  rmSync(slave.folder, { recursive: true })
  expect([await slave.exited, isAlive(pid)]).toEqual([[0, null], false])
  expect(slave.said()).toContain('its folder was removed')
})

test('the environment of a step has nothing of the app, and says whose it is', async () => {
  const slave = await startSlave()
  const link = await attach(slave)
  const workdir = join(slave.folder, 'work')
  await link.request('start_command', {
    command_id: 'env',
    command_name: 'shell',
    args: { workdir, command: 'env > env.new; mv env.new env' },
  })
  const text = await eventually(() => {
    try {
      return readFileSync(join(workdir, 'env'), 'utf8')
    } catch {
      return undefined
    }
  }, 'the environment')
  const names = text
    .trim()
    .split('\n')
    .map(line => line.split('=')[0])
  expect(names.filter(name => /^(ELECTRON|npm_|TRIPHAMMER|TERM$)/.test(name!)).sort()).toEqual([
    SLAVE_ID_VARIABLE,
    'TRIPHAMMER_STEP_ID',
  ])
})

test.each([
  [['--help'], 0, /^usage: triphammer slave --listen PORT --name NAME/],
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
  [[], 2, /^triphammer slave: --name is needed: .* See --help\.\n$/],
  [['--name', 'a'], 2, /^triphammer slave: one of --listen PORT .* is needed\. See --help\.\n$/],
  [['--colour', 'red'], 2, /^triphammer slave: Unknown option '--colour'.* See --help\.\n$/s],
  [
    ['--name', 'a', '--basedir', '/tmp', '--socket', '/tmp/s', '--key-file', '/nowhere/key'],
    1,
    /^triphammer slave: the key file \/nowhere\/key can't be read: there is no such file\.\n$/,
  ],
])('slave %j', async (args, code, said) => {
  const child = spawn(process.execPath, [join(ROOT, 'slave/main.ts'), ...args], {
    env: testEnvironment(),
  })
  let text = ''
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', part => (text += part))
  const [exit] = await once(child, 'close')
  expect([exit, text]).toEqual([code, expect.stringMatching(said)])
})
