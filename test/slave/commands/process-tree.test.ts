import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listProcesses, readProcess, startOfProcess } from '../../../slave/commands/process-list.ts'
import {
  buildMark,
  commandMark,
  STEP_ID_VARIABLE,
  withLimit,
} from '../../../slave/commands/process-mark.ts'
import { findTree, killTree } from '../../../slave/commands/process-tree.ts'
import { watchTree } from '../../../slave/commands/process-watch.ts'
import { parseWindowsProcesses } from '../../../slave/commands/windows-processes.ts'
import { later } from '../../helpers/cleanup.ts'
import { fakeMaster } from '../../helpers/fake-master.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { eventually, isAlive, isGone } from '../../helpers/processes.ts'

// Each way in which a child can leave its step. They write their pids into `pids`.
const SLEEPER = `trap "" TERM HUP; echo $$ >> pids; while :; do sleep 600; done`
const ESCAPES: Record<string, string> = {
  'forks twice': `(sh -c '${SLEEPER}' &) &`,
  'begins a session of its own': `setsid sh -c '${SLEEPER}' &`,
  'forks twice into a session of its own with a cleared environment and no pipes': `(env -i setsid sh -c '${SLEEPER}' < /dev/null > /dev/null 2>&1 &) &`,
}

test.skipIf(process.platform !== 'linux').each(Object.entries(ESCAPES))(
  'a child that %s dies with its command, as on stop so on a limit of time',
  async (_, leave) => {
    const master = await fakeMaster()
    const run = async (limits: object) => {
      const workdir = temporaryFolder('work')
      const command = `rm -f pids; ${leave}
        while [ ! -s pids ]; do sleep 0.02; done; echo ready; wait; sleep 600`
      const args = { workdir, command, sigtermTime: 0.1, ...limits }
      const started = master.start('shell', args)
      await started.wrote('ready')
      const pids = readFileSync(join(workdir, 'pids'), 'utf8').trim().split('\n').map(Number)
      return { started, pids, before: pids.map(isAlive) }
    }
    const stopped = await run({})
    await stopped.started.interrupt('enough')
    const limited = await run({ maxTime: 0.5 })
    const heard = [await stopped.started.done, await limited.started.done]
    const after = [...stopped.pids, ...limited.pids].map(isAlive)
    expect([stopped.before, limited.before, heard.map(one => one.rc), after]).toEqual([
      [true],
      [true],
      [-1, -1],
      [false, false],
    ])
  },
)

test('a command that spawns for ever, also while it dies, leaves nobody', async () => {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  // Told apart from all other sleepers of this machine.
  const seconds = `60${String(process.pid).padStart(7, '0')}`
  writeFileSync(
    join(workdir, 'spawner.sh'),
    `trap 'env -i setsid sleep ${seconds} &' TERM HUP INT
     (while :; do (env -i setsid sleep ${seconds} &); sleep 0.01; done) &
     n=0
     while :; do (setsid sleep ${seconds} &); n=$((n + 1)); [ $n = 20 ] && echo ready; sleep 0.01; done`,
  )
  const command = master.start('shell', { workdir, command: 'sh spawner.sh', sigtermTime: 0.3 })
  await command.wrote('ready')
  await command.interrupt('enough')
  const { rc, output } = await command.done
  const left = (await listProcesses()).filter(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(seconds)
    } catch {
      return false
    }
  })
  expect([rc, left, output.header!.includes('could not be ended')]).toEqual([-1, [], false])
})

test.skipIf(process.platform !== 'linux')(
  'when a program started is known after it has ended, until it is waited for',
  async () => {
    // Node waits for its children between two turns of the loop.
    const child = spawn('true')
    const pid = child.pid!
    while (readProcess(pid)) expect(startOfProcess(pid)).toMatch(/^\d+$/)
    const startedAt = startOfProcess(pid)
    await once(child, 'close')
    expect([Number(startedAt) > 0, startOfProcess(pid)]).toEqual([true, undefined])
  },
)

test('a child that was seen below its command stays known, whatever it does to itself', async () => {
  const folder = temporaryFolder('work')
  const script = `
    sh -c 'ulimit -S -w unlimited 2>/dev/null || ulimit -S -x unlimited
           trap "" TERM
           env -i setsid sh -c "echo \\$\\$ > own; while :; do sleep 600; done" &
           while [ ! -e seen ]; do sleep 0.02; done' &
    wait; echo > over; sleep 600`
  const mark = commandMark('a slave', 'b', 'a command')
  const [file, args] = withLimit('/bin/sh', ['-c', script], mark)
  const child = spawn(file, args, { cwd: folder, detached: true, stdio: 'ignore' })
  const watch = watchTree(child.pid!, 'b', mark)
  later(() => watch.kill(0))
  const own = join(folder, 'own')
  const pid = await eventually(() => existsSync(own) && Number(readFileSync(own, 'utf8')), 'it')
  await eventually(() => [...watch.seen].some(one => one.pid === pid), 'a look at it')
  writeFileSync(join(folder, 'seen'), '')
  await eventually(() => existsSync(join(folder, 'over')), 'the end of its parent')
  const orphan = readProcess(pid)!
  const unmarked = (await findTree({ mark })).some(one => one.pid === pid)
  const trouble = await watch.kill(0)
  expect([orphan.parent !== child.pid, unmarked, trouble, isAlive(pid)]).toEqual([
    true,
    false,
    undefined,
    false,
  ])
})

test("a bystander that got the pid of a command's process lives, and so do its children", async () => {
  const child = spawn('/bin/sh', ['-c', 'sleep 600 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  later(() => process.kill(-child.pid!, 'SIGKILL'))
  const [said] = await once(child.stdout, 'data')
  const grandchild = Number(said)
  // What was remembered of the pid is of another process, which began earlier.
  const before = { ...readProcess(child.pid!)!, startedAt: '1', name: 'make' }
  const mark = commandMark('a slave', 'b', 'another command')
  const trouble = await killTree({ mark, leader: before, seen: [before], politeMs: 0 })
  expect([trouble, isAlive(child.pid!), isAlive(grandchild)]).toEqual([undefined, true, true])
})

test('what a build leaves in the background is named in its log, and ended with the build', async () => {
  const master = await fakeMaster()
  const command = master.start('shell', {
    workdir: temporaryFolder('work'),
    build_marker: 'named',
    command: `sleep 600 & echo $!; env -i setsid sh -c 'echo $$; exec sleep 600' &`,
  })
  const heard = await command.done
  const pids = heard.output.stdout!.trim().split('\n').map(Number)
  // A stop that comes too late finds nothing of the command to end.
  await command.interrupt('too late')
  const left = (await master.link.request('end_build', { build_marker: 'named' })) as string[]
  await isGone(...pids)
  const named = pids.map(pid => `sleep (pid ${pid})`).sort()
  expect([heard.output.header, [...left].sort()]).toEqual([
    expect.stringContaining(
      `still running in the background: sleep (pid ${pids[0]}); ended with the build\n`,
    ),
    named,
  ])
})

test('a build of another slave is another one, though a stock master names neither', async () => {
  const mark = commandMark('one', 'guessed-1', 'c')
  const [file, args] = withLimit('sleep', ['600'], mark)
  const [name, value] = [STEP_ID_VARIABLE, mark.variable.slice(STEP_ID_VARIABLE.length + 1)]
  const child = spawn(file, args, { env: { PATH: process.env.PATH!, [name]: value } })
  later(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const found = ['one', 'other'].map(async slave =>
    (await findTree({ mark: buildMark(slave, 'guessed-1') })).some(({ pid }) => pid === child.pid),
  )
  expect(await Promise.all(found)).toEqual([true, false])
})

test('a lost link ends what has cleared its environment, too', async () => {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  const leave = Object.values(ESCAPES)[2]
  const command = master.start('shell', {
    workdir,
    command: `${leave} while [ ! -s pids ]; do sleep 0.02; done; echo ready; sleep 600`,
    sigtermTime: 0.1,
  })
  await command.wrote('ready')
  const pid = Number(readFileSync(join(workdir, 'pids'), 'utf8'))
  master.link.close('the line was cut')
  await master.connection.ended
  expect(isAlive(pid)).toBe(false)
})

test('what Windows says of its processes is read', () => {
  expect(
    parseWindowsProcesses('4 0 0 System\r\n4711 4 638995692000000000 my tool.exe\r\n\r\n'),
  ).toEqual([
    { pid: 4, parent: 0, group: -1, session: -1, startedAt: '0', name: 'System' },
    {
      pid: 4711,
      parent: 4,
      group: -1,
      session: -1,
      startedAt: '638995692000000000',
      name: 'my tool.exe',
    },
  ])
})
