import '../helpers/with-processes.ts'
import { expect, test } from 'vitest'
import { listProcesses, parsePs } from '../../slave/commands/process-list.ts'
import { commandMark, STEP_ID_VARIABLE } from '../../slave/commands/process-mark.ts'
import { killTree } from '../../slave/commands/process-tree.ts'
import { startOnPipes } from '../../slave/commands/running.ts'
import { describeExit } from '../../slave/commands/shell.ts'
import { later } from '../helpers/cleanup.ts'
import { fakeMaster } from '../helpers/fake-master.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { beOn, setVariable, standIns } from '../helpers/platform.ts'
import { isAlive } from '../helpers/processes.ts'
import { macPs } from './mac.ts'

test('what ps of macOS prints is read, with names that hold spaces, its environment and without zombies', () => {
  beOn('darwin')
  const text = [
    '    1     0     1 Ss   Mon Nov 24 08:00:00 2025     launchd          /sbin/launchd',
    '  412     1   410 S+   Mon Nov  3 09:01:02 2025     Triphammer Helpe /Applications/Tr am.app/x --b TRIPHAMMER_STEP_ID=b/c/',
    '  413   412   410 Z    Mon Nov 24 09:01:03 2025     sh               (sh)',
    '  414   412   410 S    Di. 24 Nov. 09:01:03 2025    sh               /bin/sh',
    '',
  ].join('\n')
  const told = parsePs(text).map(({ pid, parent, group, startedAt, name, environment }) => [
    [pid, parent, group].join(' '),
    startedAt,
    name,
    environment!.includes(' TRIPHAMMER_STEP_ID=b/c/'),
  ])
  expect(told).toEqual([
    ['1 0 1', 'Mon Nov 24 08:00:00 2025', 'launchd', false],
    ['412 1 410', 'Mon Nov  3 09:01:02 2025', 'Triphammer Helpe', true],
  ])
})

// A command with a child in its group, and what became of the three once it was stopped.
async function stopped() {
  const master = await fakeMaster()
  const started = master.start('shell', {
    workdir: temporaryFolder('work'),
    command: 'sleep 601 & a=$!; sleep 602 & echo $$ $a $!; wait',
    sigtermTime: 0.2,
  })
  await started.wrote('\n')
  await started.interrupt('Stop was pressed')
  const { output } = await started.done
  const pids = output.stdout!.trim().split(/\s+/).map(Number)
  return { alive: pids.map(isAlive), header: output.header! }
}

test('a stop ends all of a command on a Mac whose region writes dates in its own way', async () => {
  beOn('darwin')
  standIns({ ps: macPs() })
  setVariable('LANG', 'de_DE.UTF-8')
  setVariable('LC_ALL', undefined)
  const { alive, header } = await stopped()
  expect([alive, header.match(/ended by.*?(?= after)|not known/g)]).toEqual([
    [false, false, false],
    ['ended by SIGTERM'],
  ])
})

test('what a short step leaves goes with its build, also where macOS hides its environment', async () => {
  beOn('darwin')
  standIns({ ps: macPs({ environments: false }) })
  const master = await fakeMaster()
  const args = {
    workdir: temporaryFolder('work'),
    command: 'sleep 600 & echo $!',
    build_marker: 'b',
  }
  const pid = Number((await master.run('shell', args)).output.stdout)
  const left = await master.link.request('end_build', { build_marker: 'b' })
  expect([left, isAlive(pid)]).toEqual([[`sleep (pid ${pid})`], false])
})

test('where ps tells nothing a stop ends the group, and says that others may be left', async () => {
  beOn('darwin')
  standIns({ ps: 'exit 0' })
  const { alive, header } = await stopped()
  expect([alive, header.includes('whether other processes are left is not known: ')]).toEqual([
    [false, false, false],
    true,
  ])
})

test('a step that ended well has, also where nobody can look for what it left', async () => {
  beOn('darwin')
  standIns({ ps: 'exit 0' })
  const master = await fakeMaster()
  const command = 'sleep 600 > /dev/null 2>&1 & echo $!'
  const args = { workdir: temporaryFolder('work'), command, build_marker: 'b' }
  const { rc, output } = await master.run('shell', args)
  await master.link.request('end_build', { build_marker: 'b' })
  expect([rc, output.header, isAlive(Number(output.stdout)), master.console.at(-1)]).toEqual([
    0,
    expect.stringContaining('whether something still runs in the background is not known: '),
    false,
    expect.stringMatching(/^build: whether other processes are left is not known: /),
  ])
})

test.each([
  ['prints nothing', 'exit 0', "can't be understood"],
  ['prints what we do not know', 'echo 1 2 3 who knows', "can't be understood"],
  ['fails', 'exit 1', "can't be had: Command failed: ps"],
])('a ps that %s is told, and ends neither a stop nor the start of a slave', async (_, ps, why) => {
  beOn('darwin')
  standIns({ ps })
  const mark = commandMark('a slave', 'a build', 'a command')
  expect(await killTree({ mark, politeMs: 0 })).toContain(
    `whether other processes are left is not known: the system's list of processes ${why}`,
  )
})

test("a BSD's ps is asked for environments in its own way", async () => {
  beOn('freebsd')
  standIns({ ps: macPs({ flags: '-axeww' }) })
  const mine = (await listProcesses()).find(({ pid }) => pid === process.pid)
  expect(mine?.environment).toContain(' PATH=')
})

test('what nobody saw end is not said to have ended', async () => {
  const output = { note() {}, write() {}, full: false, onDrain() {}, flush() {} }
  const shell = { command: ['sleep', '600'], workdir: temporaryFolder('work') }
  const mark = commandMark('a slave', 'a build', 'a command')
  const env = { PATH: process.env.PATH!, [STEP_ID_VARIABLE]: 'x' }
  const program = await startOnPipes(shell as never, env, mark, output as never, () => {})
  later(() => process.kill(program.pid!, 'SIGKILL'))
  program.abandon()
  expect(describeExit(await program.exited, 8.5)).toBe(
    'was not seen to end; no longer waited for after 9 s\n',
  )
})
