import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ProcessInfo } from '../../slave/commands/process-list.ts'
import { canBeFound, grow, type Known } from '../../slave/commands/process-tree.ts'
import { createMemory, stillLiving } from '../../slave/commands/remembered.ts'
import {
  closeWindowsJobs,
  openWindowsJobs,
  windowsJobs,
} from '../../slave/commands/windows-jobs.ts'
import { fileTimeNow, parseWindowsProcesses } from '../../slave/commands/windows-processes.ts'
import { endLeftovers } from '../../slave/leftovers.ts'
import { later } from '../helpers/cleanup.ts'
import { fakeMaster } from '../helpers/fake-master.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { beOn, standIns } from '../helpers/platform.ts'
import { eventually, isAlive, isGone, processesWith } from '../helpers/processes.ts'
import { POWERSHELL, SH, TASKKILL } from './windows.ts'

// Of no other test that runs beside this one.
const BUILD = `windows-${process.pid}`
const QUIET = { say() {}, started() {}, ended() {} }

let programs = ''

async function onWindows(powershell = POWERSHELL) {
  beOn('win32')
  programs = standIns({ 'powershell.exe': powershell, taskkill: TASKKILL, 'sh.exe': SH })
  const problem = await openWindowsJobs(5000)
  later(closeWindowsJobs)
  return problem
}

// The shell between has ended: nothing but the job leads from the command to the sleeper.
const ORPHAN = '(sleep 600 > /dev/null 2>&1 & echo $! > pid); echo ready'

async function start(more: string, args: object = {}) {
  const master = await fakeMaster()
  const workdir = temporaryFolder('work')
  const command = ['sh', '-c', `${ORPHAN}; ${more}`]
  const started = master.start('shell', { workdir, command, build_marker: BUILD, ...args })
  await started.wrote('ready')
  const pid = Number(readFileSync(join(workdir, 'pid'), 'utf8'))
  later(() => isAlive(pid) && process.kill(pid, 'SIGKILL'))
  return { started, pid }
}

test('a stop ends the job of a command, and with it who has lost its parent', async () => {
  const problem = await onWindows()
  const { started, pid } = await start('sleep 601')
  const before = isAlive(pid)
  await started.interrupt('Stop was pressed')
  const { rc, output } = await started.done
  expect([problem, before, isAlive(pid), rc, output.header!.match(/could not|not known/)]).toEqual([
    undefined,
    true,
    false,
    -1,
    null,
  ])
})

test('what a step leaves in the background is named, and ended with its build', async () => {
  await onWindows()
  const { started, pid } = await start('while [ ! -e .joined ]; do sleep 0.01; done')
  const { output } = await started.done
  const before = isAlive(pid)
  const ended = await endLeftovers(BUILD, 'a slave', QUIET as never)
  expect([
    output.header!.includes(`still running in the background: sleep.exe (pid ${pid})`),
    before,
    ended,
    isAlive(pid),
  ]).toEqual([true, true, [`sleep.exe (pid ${pid})`], false])
})

test('when the slave goes the jobs go, and all who are in them', async () => {
  await onWindows()
  const { pid } = await start('sleep 602')
  closeWindowsJobs()
  expect(await isGone(pid)).toBe(true)
})

test('a command whose job was lost says why it ended', async () => {
  await onWindows()
  const { started } = await start('sleep 603')
  const own = (await windowsJobs()!.list()).filter(one => one.parent === process.pid)
  const holders = processesWith('JOBS_SOURCE').map(one => one.pid)
  process.kill(own.find(one => holders.includes(one.pid))!.pid, 'SIGKILL')
  await windowsJobs()!.lost
  await started.interrupt('enough')
  const { output } = await started.done
  // On Windows the system ends who is in a job that is closed.
  expect(output.header).toContain('\nended by Windows: PowerShell ended with null')
})

test('without jobs a stop ends the tree at once, however long the list takes', async () => {
  const slow = 'while [ ! -e "$(dirname "$0")/go" ]; do sleep 0.01; done; exit 1'
  const problem = await onWindows(
    `[ -n "$TRIPHAMMER_JOBS_SOURCE" ] && { echo no >&2; exit 1; }; ${slow}`,
  )
  const { started, pid } = await start('sleep 604')
  void started.interrupt('enough')
  const tree = () => processesWith('sleep 604').filter(one => one.command === 'sleep 604')
  await eventually(() => tree().length === 0, 'the end of the tree')
  writeFileSync(join(programs, 'go'), '')
  const { output } = await started.done
  expect([
    problem,
    isAlive(pid),
    output.header!.match(/whether other processes .*/)?.[0].slice(0, 70),
  ]).toEqual(['no', true, "whether other processes are left is not known: the system's list of pr"])
})

const TREE = parseWindowsProcesses(
  '100 1 13400000000000100 cmd.exe\r\n101 100 13400000000000200 npm.exe\r\n102 101 13400000000000300 node.exe\r\n',
)
const [CMD, NPM, NODE] = TREE as [ProcessInfo, ProcessInfo, ProcessInfo]

test('without jobs a child is found by the number of a parent that has ended', () => {
  beOn('win32')
  const known = new Map<number, Known>(TREE.map(one => [one.pid, one]))
  const look = (...all: ProcessInfo[]) => grow(all, known, () => false).map(({ pid }) => pid)
  const late = { ...NODE, pid: 103, startedAt: '13400000000000400' }
  expect([look(CMD, NODE), look(NODE), look(NODE, late), look()]).toEqual([
    [100, 102],
    [102],
    [102, 103],
    [],
  ])
})

test('who began after a parent was missed is the child of another one of that number', () => {
  beOn('win32')
  const known = new Map<number, Known>([[100, CMD]])
  const look = (...all: ProcessInfo[]) => grow(all, known, () => false).map(({ pid }) => pid)
  const before = look(NPM)
  const stranger = { ...NPM, pid: 104, startedAt: String(fileTimeNow() + 1_000_000n) }
  const older = { ...NPM, pid: 105, startedAt: '13400000000000050' }
  expect([before, look(NPM, stranger, older)]).toEqual([[101], [101]])
})

test('where nobody is known a look could find nobody, and none is taken', async () => {
  const { pid } = process
  const nobody = { seen: [], jobs: [] }
  const here = canBeFound(nobody)
  beOn('win32')
  expect([here, canBeFound(nobody), canBeFound({ ...nobody, seen: [{ ...CMD, pid }] })]).toEqual([
    true,
    false,
    true,
  ])
})

test('without jobs the next slave finds what one that was killed had started', async () => {
  beOn('win32')
  const startedMs = Date.parse('2026-11-30T12:00:00Z')
  const start = (ms: number) => (BigInt(ms) + 11_644_473_600_000n) * 1000n
  const list = [`${process.pid} 1 1 node.exe`, `70 1 ${start(startedMs - 900)} a.exe`]
  const stranger = `71 1 ${start(startedMs + 60_000)} b.exe`
  standIns({ 'powershell.exe': `printf '%s\\r\\n' '${[...list, stranger].join("' '")}'` })
  const file = join(temporaryFolder(), 'memory')
  createMemory(file).write([
    { pid: 70, startedMs },
    { pid: 71, startedMs },
  ])
  expect((await stillLiving(file)).map(({ pid }) => pid)).toEqual([70])
})
