import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildbotRest, connectRest, freePort } from './buildbot-rest.ts'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'

// These name the system's own Python; another one that is first in the PATH does no harm.
const BUILDBOT = '/usr/bin/buildbot'
const WORKER = '/usr/bin/buildbot-worker'
const PROTOCOL = 'msgpack_experimental_v7'

/** Whether Debian's Buildbot is here. `npm test` installs it where it may; see scripts/lib.mjs. */
export const BUILDBOT_INSTALLED = existsSync(BUILDBOT) && existsSync(WORKER)

export interface Worker {
  readonly folder: string
  readonly pid: number
  readonly exited: Promise<unknown>
  /** What it wrote into its own log. */
  log(): string
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again in its folder. */
  restart(): void
}

export interface WorkerOptions {
  readonly port: number
  readonly name: string
  readonly password: string
}

/** Debian's buildbot-worker, which dials a master on loopback. */
export function startWorker(options: WorkerOptions): Worker {
  const env = environment()
  const folder = createWorker(options, env)
  let child = start()
  later(() => stop('SIGKILL'))
  return {
    folder,
    get pid() {
      return child.pid!
    },
    get exited() {
      return exit(child)
    },
    log: () => readFileSync(join(folder, 'twistd.log'), 'utf8'),
    stop,
    restart() {
      child = start()
    },
  }

  function start() {
    return spawn(WORKER, ['start', '--nodaemon', folder], { env, stdio: 'ignore' })
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM') {
    child.kill(signal)
    await exit(child)
  }
}

/**
 * Starts it as its admin does. The command waits until the master has taken the worker.
 *
 * @returns The exit status of the command.
 */
export async function startWorkerInBackground(options: WorkerOptions): Promise<number> {
  const env = environment()
  const folder = createWorker(options, env)
  const run = async (command: string) => {
    const [code] = await once(spawn(WORKER, [command, folder], { env, stdio: 'ignore' }), 'exit')
    return code as number
  }
  later(() => run('stop'))
  return run('start')
}

function createWorker(options: WorkerOptions, env: Record<string, string>): string {
  const folder = join(temporaryFolder('worker'), 'w')
  const { port, name, password } = options
  const create = ['create-worker', '-q', `--protocol=${PROTOCOL}`]
  const args = [...create, folder, `127.0.0.1:${port}`, name, password]
  execFileSync(WORKER, args, { env, stdio: 'ignore' })
  return folder
}

export interface BuildbotMaster {
  readonly folder: string
  /** Where slaves dial in, as `w0` with the password `pass:word`. */
  readonly slavePort: number
  readonly rest: BuildbotRest
  log(): string
  /** Forces a build and waits for its end. */
  build(builder: string): Promise<FinishedBuild>
  force(builder: string): Promise<void>
  /** The next build that ends. */
  finished(): Promise<FinishedBuild>
}

export interface FinishedBuild {
  readonly buildid: number
  readonly results: number
  readonly state_string: string
}

const FIXTURE = join(import.meta.dirname, '../fixtures/buildbot')

/** Debian's buildbot, on loopback, with the builders of `test/fixtures/buildbot/master.cfg`. */
export async function startBuildbotMaster(): Promise<BuildbotMaster> {
  const folder = join(temporaryFolder('buildbot'), 'm')
  const [slavePort, webPort] = [await freePort(), await freePort()]
  const env = {
    ...environment(),
    PYTHONPATH: join(FIXTURE, 'front'),
    SLAVE_PORT: String(slavePort),
    WEB_PORT: String(webPort),
  }
  execFileSync(BUILDBOT, ['create-master', '-q', folder], { env, stdio: 'ignore' })
  copyFileSync(join(FIXTURE, 'master.cfg'), join(folder, 'master.cfg'))
  mkdirSync(join(folder, 'up'))
  const child = spawn(BUILDBOT, ['start', '--nodaemon', folder], { env, stdio: 'ignore' })
  later(async () => {
    child.kill('SIGKILL')
    await exit(child)
  })
  const rest = connectRest(webPort)
  const log = () => {
    const file = join(folder, 'twistd.log')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }
  await rest.up().catch(error => {
    throw new Error(`Buildbot's master did not come up. ${log().slice(-2000)}`, { cause: error })
  })
  const ends = await rest.hear<FinishedBuild>('builds/*/finished')
  later(ends.stop)
  const { builders } = await rest.get<{ builders: { builderid: number; name: string }[] }>(
    'builders',
  )
  const force = async (name: string) => {
    const builder = builders.find(one => one.name === name)!
    await rest.call('forceschedulers/force', 'force', {
      builderid: String(builder.builderid),
      owner: 'test',
      reason: 'test',
    })
  }
  return {
    folder,
    slavePort,
    rest,
    log,
    force,
    finished: ends.next,
    async build(name) {
      await force(name)
      return ends.next()
    },
  }
}

function exit(child: ChildProcess): Promise<unknown> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : once(child, 'exit')
}

/** What a person's shell would give it, a secret included that must not show anywhere. */
export const WORKER_SECRET = 'do-not-tell-0815'

function environment(): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: temporaryFolder('home'),
    LANG: 'C.UTF-8',
    WORKER_SECRET,
    PYTHONDONTWRITEBYTECODE: '1',
  }
}
