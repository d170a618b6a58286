import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { slaveEntry } from '../host/app-root.ts'
import { watchFaults } from '../host/faults.ts'
import { type Host, startHost } from '../host/host.ts'
import { resolveRepository } from '../master/config/build.ts'
import { parseSlavePort, SLAVE_PORT_WORDS } from '../master/config/slave-port.ts'
import type { CommandLine } from './cli.ts'
import { withRunningMaster } from './connect.ts'
import { openBrowser, startDesktop } from './desktop.ts'
import { findDisplay } from './display.ts'
import { onStopSignals, type StopSignal } from './signals.ts'
import { tellConfig } from './tell-config.ts'
import { tellRecovery } from './tell-recovery.ts'
import { CommandError, print, printJson, tell } from './terminal.ts'

const DEFAULT_ADDRESS = '127.0.0.1:8010'

/** The app itself, serve, slave, open. */
export function addShellCommands({ program, dataDir, json, exitWith }: CommandLine): void {
  program
    .argument('[path]', 'a repository to add and build')
    .action(async (path: string | undefined) => {
      const repository = path && resolveRepository(path, process.cwd())
      if (repository && isAbsolute(repository) && !existsSync(repository))
        throw new CommandError(`${repository} is not there; name a folder with a repository`, 2)
      exitWith(await startDesktop(dataDir(), repository))
    })

  program
    .command('serve')
    .description('the master without a window of its own, for a browser')
    .option('--config <file>', 'another configuration than master.yml of the data directory')
    .option('--http <host:port>', 'where to serve; port 0 picks a free one', DEFAULT_ADDRESS)
    .option('--slave-port <host:port>', 'where slaves dial in, in place of slavePort of master.yml')
    .action(async (options: { config?: string; http: string; slavePort?: string }) => {
      const slavePort = options.slavePort && parseSlavePort(options.slavePort)
      if (options.slavePort && !slavePort)
        throw new CommandError(`--slave-port ${SLAVE_PORT_WORDS}, not "${options.slavePort}"`, 2)
      if (options.config && !existsSync(options.config))
        throw new CommandError(`--config ${options.config}: there is no such file`, 2)
      const host = await startHost({
        dataDir: dataDir(),
        shell: 'headless',
        http: parseAddress(options.http),
        ...(options.config && { configFile: resolve(options.config) }),
        ...(slavePort && { slavePort }),
      })
      watchFaults(process, host.log, code => process.exit(code))
      await untilSignal(host, async () => {
        tellConfig(host)
        await tellSlavePort(host, options.slavePort !== undefined)
        print(`listening on ${host.http!.url}`)
        tell(linkWords(host))
      })
    })

  program
    .command('slave')
    .description('run builds for a master on this machine')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]')
    .action((args: string[]) => runSlaveProgram(args).then(exitWith))

  program
    .command('open')
    .description('open the window of a master that runs without one')
    .action(() =>
      withRunningMaster(dataDir(), async client => {
        const url = await client.ticketUrl()
        if (!url) throw new CommandError('That master serves no HTTP; its window is the app.')
        if (json()) return printJson({ url })
        // A link of its own for the browser: each is good once, and the one that is printed has to be.
        if ((await findDisplay()).problem === null) openBrowser((await client.ticketUrl())!)
        print(url)
      }),
    )
}

// A log that others read must not have a link that goes on being good.
function linkWords({ http }: Host): string {
  return process.stderr.isTTY
    ? `open ${http!.terminalUrl()} in a browser`
    : `open ${http!.ticketUrl()} in a browser (good once; "triphammer open" gives another)`
}

// Who asked for a port is there to be told when it can't be had; one of master.yml is tried again.
async function tellSlavePort({ master }: Host, asked: boolean) {
  await master.remote.settled()
  const { slavePort, trouble } = master.remote.info()
  if (slavePort) {
    const where = slavePort.addresses.join(' or ')
    tell(`slaves dial in at ${where}, fingerprint ${slavePort.fingerprint}`)
  } else if (asked) throw new CommandError(`Slaves can't dial in: ${trouble}.`)
  else if (trouble !== '') tell(`slaves can't dial in: ${trouble}`)
}

/**
 * Runs until SIGTERM or SIGINT, then stops in order; a later Ctrl+C ends it at once. `onReady` is called once the master
 * runs; until then stderr tells what it waits for.
 */
export async function untilSignal(host: Host, onReady: () => void | Promise<void>): Promise<void> {
  const asked = Promise.withResolvers<void>()
  const unlisten = onStopSignals({
    stop: () => asked.resolve(),
    again: signal => {
      if (signal !== 'SIGINT') return
      unlisten()
      process.kill(process.pid, signal)
    },
  })
  const telling = tellRecovery(host)
  const ready = host.whenRunning.then(() => {
    telling.end()
    return onReady()
  })
  try {
    await Promise.race([asked.promise, ready.then(() => asked.promise)])
  } finally {
    telling.end()
    await host.stop()
    unlisten()
  }
}

/** `127.0.0.1:8010`, `[::1]:8010`, `:8010` or `8010`. */
export function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:(\[[^\]]+\]|[^:]*):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535)
    throw new CommandError(
      `"${text}" is not an address; HOST:PORT is needed, as in ${DEFAULT_ADDRESS}`,
      2,
    )
  return { host: match[1] || '127.0.0.1', port }
}

// A program of its own, so that its signals and its exit code are its own.
function runSlaveProgram(args: readonly string[]): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [slaveEntry(), ...args], { stdio: 'inherit' })
    const pass = (signal: StopSignal) => {
      // On Windows the console tells the slave, too, and `kill` would end it at once.
      if (process.platform !== 'win32') child.kill(signal)
    }
    onStopSignals({ stop: pass, again: pass })
    child.on('error', fail)
    child.on('exit', code => done(code ?? 1))
  })
}
