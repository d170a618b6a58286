import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { enterCgroup } from './cgroup.ts'
import { createCommandTable } from './command-table.ts'
import { slaveMark } from './commands/process-mark.ts'
import { killTree } from './commands/process-tree.ts'
import { seenOf } from './commands/process-watch.ts'
import { type Connection, serveMaster } from './connection.ts'
import { createConsole } from './console.ts'
import { scrubEnvironment } from './environment.ts'
import { describeSlave } from './info.ts'
import { listenForMaster } from './listen.ts'
import { SLAVE_ID_VARIABLE, slaveIdOf } from './protocol/slave-id.ts'
import { createSpool } from './spool.ts'
import { createTerminals } from './terminal.ts'

export interface RunSlaveOptions {
  readonly name: string
  /** Builds live below it. */
  readonly basedir: string
  /** Where to wait for the master. */
  readonly socketPath: string
  /** File with the key that the master shows. */
  readonly keyFile: string
  readonly version: string
  /** Folder of the app, whose own entries are kept out of the steps' PATH. */
  readonly appRoot: string
  /** Whether people may open a shell on this machine from the master's window. */
  readonly allowTerminal: boolean
}

// An idle slave waits this long for a master. One that runs something has its lease.
const MASTER_GONE_MS = 15_000
// No builder's folder begins with a dot.
const SPOOL_FOLDER = '.spool'
// How long what is left over may take to end by itself.
const POLITE_MS = 1000

/**
 * Runs a slave until the master sends it away, does not come back, or a signal ends it.
 *
 * @returns The exit code of the process.
 */
export async function runSlave(options: RunSlaveOptions): Promise<number> {
  const { name, basedir } = options
  mkdirSync(basedir, { recursive: true })
  // The terminal goes away when the master is killed; that must not end the slave in mid-sentence.
  process.stdout.on('error', () => {})
  const console = createConsole(
    text => process.stdout.write(text),
    () => new Date(),
  )
  const slaveId = process.env[SLAVE_ID_VARIABLE] ?? slaveIdOf(basedir)
  const environment = {
    ...scrubEnvironment(process.env, options.appRoot),
    [SLAVE_ID_VARIABLE]: slaveId,
  }
  // It names the slave's own terminal; steps on pipes have none.
  delete (environment as Record<string, string>).TERM
  const info = describeSlave(basedir, options.version)
  const key = readFileSync(options.keyFile, 'utf8').trim()
  const end = Promise.withResolvers<number>()
  const terminals = options.allowTerminal
    ? createTerminals({ basedir, environment, onTrouble: reason => console.say('slave', reason) })
    : undefined
  const connections = new Set<Connection>()
  let newest: Connection | undefined
  let lonely: NodeJS.Timeout | undefined
  let leaving = false

  // A slave that was killed may have left steps that still work in our folders.
  await endLeftovers('left by the slave before')
  const cgroup = await enterCgroup(slaveId)
  const spool = createSpool(join(basedir, SPOOL_FOLDER))
  spool.clear()
  const commands = createCommandTable({
    environment,
    console,
    spool,
    onLeaseOver: () => leave('the master did not come back'),
  })
  const listening = await listenForMaster(options.socketPath, key, socket => {
    if (leaving) return socket.terminate()
    clearTimeout(lonely)
    newest?.close('another connection of the master took over')
    const mine = serveMaster(socket, {
      name,
      info,
      commands,
      console,
      ...(terminals && { terminals }),
      onShutdown: () => leave('the master sent the slave away'),
    })
    newest = mine
    connections.add(mine)
    void mine.ended.then(reason => {
      connections.delete(mine)
      if (newest !== mine || leaving) return
      console.say('link', `lost: ${reason}`)
      waitForMaster()
    })
  })
  console.say(
    'slave',
    `${name}, version ${options.version}, process ${process.pid}, waits for the master`,
  )
  waitForMaster()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => leave(signal))
  // The terminal goes with the master that opened it. What runs then goes on: a master
  // that starts again finds this slave by its socket.
  process.on('SIGHUP', () => {
    if (process.stdout.isTTY && commands.busy) console.say('slave', 'has lost its terminal')
    else void leave('SIGHUP')
  })
  const code = await end.promise
  clearTimeout(lonely)
  listening.close()
  return code

  function waitForMaster() {
    if (!commands.busy) lonely = setTimeout(() => leave('the master did not come'), MASTER_GONE_MS)
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
    end.resolve(0)
  }

  async function endLeftovers(whose: string) {
    const mark = slaveMark(slaveId)
    const left = await killTree({ mark, seen: seenOf(), politeMs: POLITE_MS })
    if (left.length > 0) console.say('slave', `${whose}, could not be ended: ${left.join(', ')}`)
  }
}
