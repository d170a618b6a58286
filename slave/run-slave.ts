import { mkdirSync, readFileSync } from 'node:fs'
import { type Connection, serveMaster } from './connection.ts'
import { createConsole } from './console.ts'
import { scrubEnvironment } from './environment.ts'
import { describeSlave } from './info.ts'
import { listenForMaster } from './listen.ts'

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
}

// A master that restarts comes back within this; one that does not has gone for good.
const MASTER_GONE_MS = 15_000

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
  const environment = scrubEnvironment(process.env, options.appRoot)
  // It names the slave's own terminal; steps on pipes have none.
  delete environment.TERM
  const info = describeSlave(basedir, options.version)
  const key = readFileSync(options.keyFile, 'utf8').trim()
  const end = Promise.withResolvers<number>()
  let connection: Connection | undefined
  let lonely: NodeJS.Timeout | undefined

  const listening = await listenForMaster(options.socketPath, key, socket => {
    clearTimeout(lonely)
    connection?.close('another connection of the master took over')
    const mine = (connection = serveMaster(socket, {
      name,
      info,
      environment,
      console,
      onShutdown: () => leave('the master sent the slave away'),
    }))
    void mine.ended.then(reason => {
      if (connection !== mine) return
      console.say('link', `lost: ${reason}`)
      waitForMaster()
    })
  })
  console.say(
    'slave',
    `${name}, version ${options.version}, process ${process.pid}, waits for the master`,
  )
  waitForMaster()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => leave(signal))
  const code = await end.promise
  clearTimeout(lonely)
  listening.close()
  return code

  function waitForMaster() {
    lonely = setTimeout(() => leave('the master did not come'), MASTER_GONE_MS)
  }

  // What runs is ended first: nothing that a step started outlives its slave.
  function leave(why: string) {
    console.say('slave', `leaves: ${why}`)
    connection?.close(why)
    void Promise.resolve(connection?.ended).then(() => end.resolve(0))
  }
}
