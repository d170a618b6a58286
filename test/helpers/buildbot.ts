import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** Debian's buildbot-worker, which dials a master on loopback. */
export function startWorker(options: {
  readonly port: number
  readonly name: string
  readonly password: string
}): Worker {
  const folder = join(temporaryFolder('worker'), 'w')
  const env = environment()
  execFileSync(
    WORKER,
    [
      'create-worker',
      '-q',
      `--protocol=${PROTOCOL}`,
      folder,
      `127.0.0.1:${options.port}`,
      options.name,
      options.password,
    ],
    { env, stdio: 'ignore' },
  )
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
