import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { WebSocket } from 'ws'
import { takeArchivesForFiles } from './archives.ts'
import { enterCgroup } from './cgroup.ts'
import { createCommandTable } from './command-table.ts'
import type { ProcessInfo } from './commands/process-list.ts'
import { slaveMark } from './commands/process-mark.ts'
import { canBeFound, killTree } from './commands/process-tree.ts'
import { groupsOf, jobsOf, rememberProcesses, seenOf } from './commands/process-watch.ts'
import { createMemory, stillLiving } from './commands/remembered.ts'
import { closeWindowsJobs, openWindowsJobs, windowsJobs } from './commands/windows-jobs.ts'
import { type Connection, serveMaster } from './connection.ts'
import { createConsole, plainText } from './console.ts'
import type { Door } from './door.ts'
import { scrubEnvironment } from './environment.ts'
import { createHealth } from './health.ts'
import { describeSlave } from './info.ts'
import { keepOutOfBackups } from './keep-out.ts'
import { loadPty } from './load-pty.ts'
import type { Capabilities } from './protocol/capabilities.ts'
import { SLAVE_ID_VARIABLE, slaveIdOf } from './protocol/slave-id.ts'
import { createSpool } from './spool.ts'
import { ensureFolder } from './state-folder.ts'
import { createTerminals } from './terminal.ts'

export interface RunSlaveOptions {
  readonly name: string
  /** Builds live below it. */
  readonly basedir: string
  /** The base directory was made for this slave: nobody named a folder of theirs. */
  readonly ownFolder?: boolean
  readonly door: Door
  /** It stays also when no master comes: it has not been started by one. */
  readonly stays: boolean
  /** The protocol has the standard output; people are told on the standard error. */
  readonly onStdio?: boolean
  /** A signal ends it only when its builds are over; a second one at once. */
  readonly drains?: boolean
  /** Takes what it tells a person, besides its terminal. */
  readonly log?: (text: string) => void
  readonly version: string
  /** Folder of the app, whose own entries are kept out of the steps' PATH. */
  readonly appRoot: string
  /** Whether people may open a shell on this machine from the master's window. */
  readonly allowTerminal: boolean
  /** What it announces, where that is not all that this version can do. */
  readonly capabilities?: Capabilities
}

// An idle slave waits this long for a master. One that runs something has its lease.
const MASTER_GONE_MS = 15_000
// One that was killed comes back sooner, or another start does.
const TERMINAL_GONE_MS = 5000
const FOLDER_LOOK_MS = 3000
// No builder's folder begins with a dot.
const SPOOL_FOLDER = '.spool'
const MEMORY_FILE = '.processes.json'
const MARKS_ARE_READABLE = process.platform === 'linux'
// How often a slave that goes after its builds looks whether they are over.
const DRAIN_LOOK_MS = 500
// One wish comes as several signals: systemd signals every process, and npm's and our own wrappers pass theirs on.
const ONE_WISH_MS = 2000
// How long what is left over may take to end by itself.
const POLITE_MS = 1000

/**
 * Runs a slave until the master sends it away, does not come back, or a signal ends it.
 *
 * @returns The exit code of the process.
 */
export async function runSlave(options: RunSlaveOptions): Promise<number> {
  const { name, basedir } = options
  // Where there is none, steps that ask for a terminal say so.
  await loadPty().catch(() => {})
  takeArchivesForFiles()
  ensureFolder(basedir, 'the base directory', '--basedir')
  if (options.ownFolder) keepOutOfBackups(basedir)
  // The terminal goes away when the master is killed; that must not end the slave in mid-sentence.
  const terminal = options.onStdio ? process.stderr : process.stdout
  terminal.on('error', () => {})
  const console = createConsole(
    text => {
      terminal.write(terminal.isTTY ? text : plainText(text))
      options.log?.(text)
    },
    () => new Date(),
  )
  // Not the one in the environment: a slave that was started in a step, or in the terminal of
  // another slave, inherits that slave's, and would end it as what was left over.
  const slaveId = slaveIdOf(basedir)
  const environment = {
    // Python writes to a pipe in the code page of Windows, in which half of all texts can't be written.
    ...(process.platform === 'win32' && { PYTHONIOENCODING: 'utf-8' }),
    ...scrubEnvironment(process.env, options.appRoot),
    [SLAVE_ID_VARIABLE]: slaveId,
  }
  // It names the slave's own terminal; steps on pipes have none.
  delete (environment as Record<string, string>).TERM
  const info = describeSlave(basedir, options.version, environment)
  const folder = numberOf(basedir)
  const end = Promise.withResolvers<number>()
  const terminals = options.allowTerminal
    ? createTerminals({ basedir, environment, onTrouble: reason => console.say('slave', reason) })
    : undefined
  const health = createHealth({ basedir, environment })
  const connections = new Set<Connection>()
  let newest: Connection | undefined
  let lonely: NodeJS.Timeout | undefined
  let patienceMs = MASTER_GONE_MS
  let leaving = false
  let drainingSince: number | undefined

  if (process.platform === 'win32') await holdJobs()
  // A slave that was killed may have left steps that still work in our folders.
  const memory = join(basedir, MEMORY_FILE)
  await endLeftovers('left by the slave before', await stillLiving(memory).catch(() => []))
  if (!MARKS_ARE_READABLE && !windowsJobs()) rememberProcesses(createMemory(memory))
  const cgroup = await enterCgroup(slaveId)
  const spool = createSpool(join(basedir, SPOOL_FOLDER))
  spool.clear()
  const commands = createCommandTable({
    environment,
    console,
    spool,
    onLeaseOver() {
      if (options.stays) console.say('slave', 'the master did not come back: what ran was ended')
      else void leave('the master did not come back')
    },
  })
  // Said before the door is opened, which has more to say.
  console.say('slave', `${name}, version ${options.version}, process ${process.pid}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (!options.drains) return leave(signal)
      if (drainingSince === undefined) {
        drainingSince = performance.now()
        void drain(signal)
      } else if (performance.now() - drainingSince > ONE_WISH_MS) return leave(signal)
    })
  // The terminal goes with the master that opened it. What runs then goes on: a master
  // that starts again finds this slave by its socket.
  process.on('SIGHUP', () => {
    // Windows ends this process some seconds later, whatever it does.
    if (process.platform === 'win32' || !process.stdout.isTTY) return void leave('SIGHUP')
    console.say('slave', 'has lost its terminal')
    // A build may just have been given to it: the master that died knew, and its successor will ask.
    patienceMs = TERMINAL_GONE_MS
    if (!newest) waitForMaster()
  })
  // Who sees that it waits may send it away at once.
  const door = await options.door({ onMaster, say: console.say })
  waitForMaster()
  const code = await end.promise
  clearTimeout(lonely)
  door.close()
  return code

  function onMaster(socket: WebSocket) {
    if (leaving) return socket.terminate()
    clearTimeout(lonely)
    newest?.close('another connection of the master took over')
    const mine = serveMaster(socket, {
      info,
      commands,
      console,
      health,
      ...(terminals && { terminals }),
      ...(options.capabilities && { capabilities: options.capabilities }),
      onShutdown: () => leave('the master sent the slave away'),
    })
    newest = mine
    connections.add(mine)
    void mine.ended.then(reason => {
      connections.delete(mine)
      if (newest !== mine || leaving) return
      newest = undefined
      console.say('link', `lost: ${reason}`)
      if (door.single) void leave('its master has gone')
      else waitForMaster()
    })
  }

  // The master gives it no more builds, and sends it away after the last.
  async function drain(signal: string) {
    console.say('slave', `${signal}: it goes when its builds are over; once more ends them`)
    const told = await newest?.drain()
    // Who is not told by us is told by nothing: what runs is looked at until it is over.
    const look = setInterval(() => {
      if (commands.busy || (told && newest)) return
      clearInterval(look)
      void leave(signal)
    }, DRAIN_LOOK_MS)
  }

  function waitForMaster() {
    clearTimeout(lonely)
    if (options.stays) return
    // What runs has its lease. But to a data directory that was removed no master comes back.
    lonely = commands.busy
      ? setTimeout(lookForFolder, FOLDER_LOOK_MS)
      : setTimeout(() => leave('the master did not come'), patienceMs)
  }

  function lookForFolder() {
    if (numberOf(basedir) !== folder) void leave('its folder was removed')
    else waitForMaster()
  }

  // What runs is ended first: nothing that a step started outlives its slave.
  async function leave(why: string) {
    if (leaving) return
    leaving = true
    console.say('slave', `leaves: ${why}`)
    for (const connection of connections) connection.close(why)
    await Promise.all([...connections].map(connection => connection.ended))
    await terminals?.stop()
    await commands.endAll(why)
    spool.clear()
    await endLeftovers('left by a step')
    await cgroup?.killOthers()
    closeWindowsJobs()
    end.resolve(0)
  }

  async function holdJobs() {
    const without = (why: string) =>
      console.say(
        'slave',
        `${why}: a process that leaves its parent may outlive its step, and this slave`,
      )
    const problem = await openWindowsJobs()
    if (problem !== undefined) without(problem)
    void windowsJobs()?.lost.then(reason => without(`what ran was ended by Windows (${reason})`))
  }

  async function endLeftovers(whose: string, before: readonly ProcessInfo[] = []) {
    const mark = slaveMark(slaveId)
    const seen = [...before, ...seenOf()]
    const groups = () => groupsOf()
    const tree = { mark, seen, jobs: jobsOf() }
    if (!canBeFound(tree)) return
    const trouble = await killTree({ ...tree, politeMs: POLITE_MS, groups })
    if (trouble) console.say('slave', `${whose}: ${trouble}`)
  }
}

// A step that still runs may make a folder of the same name.
function numberOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.ino
}
