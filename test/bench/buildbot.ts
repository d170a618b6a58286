import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectRest, freePort, until } from '../helpers/buildbot-rest.ts'
import { median, residentBytes, temporaryFolder } from './rig.ts'

const BUILDBOT = '/usr/bin/buildbot'
const WORKER = '/usr/bin/buildbot-worker'
// Debian ships no web front end, and a master opens its REST port only with one: an empty one will do.
const FRONT = join(import.meta.dirname, '../fixtures/buildbot/front')
const QUEUE = 60
const LOG_MIB = 20

/** What Debian's Buildbot reaches on this machine in this run. */
export interface BuildbotFigures {
  readonly buildsPerSecond: number
  readonly forceToFinishedMs: number
  readonly logMibPerSecond: number
  readonly startMs: number
  readonly idleBytes: number
}

export function buildbotInstalled(): boolean {
  return existsSync(BUILDBOT) && existsSync(WORKER)
}

/** Starts a master and a worker on loopback, measures them, and stops both. */
export async function measureBuildbot(): Promise<BuildbotFigures> {
  const folder = temporaryFolder()
  const processes: ChildProcess[] = []
  try {
    const [workerPort, webPort] = [await freePort(), await freePort()]
    const env = prepare(folder, workerPort, webPort)
    const rest = connectRest(webPort)
    const out = openSync(join(folder, 'out.log'), 'a')
    const start = (file: string, name: string) => {
      const child = spawn(file, ['start', '--nodaemon', join(folder, name)], {
        env,
        stdio: ['ignore', out, out],
      })
      processes.push(child)
      return child
    }
    const startedAt = performance.now()
    const master = start(BUILDBOT, 'master')
    await rest.up()
    const startMs = performance.now() - startedAt
    start(WORKER, 'worker')
    await until(async () => {
      const { workers } = await rest.get<{
        workers: { connected_to: unknown[]; configured_on: unknown[] }[]
      }>('workers')
      if (!workers.every(one => one.connected_to.length > 0 && one.configured_on.length > 0))
        throw new Error('not yet')
    })
    const { builders } = await rest.get<{ builders: { builderid: number; name: string }[] }>(
      'builders',
    )
    const force = (name: string) => {
      const { builderid } = builders.find(builder => builder.name === name)!
      const order = { builderid: String(builderid), owner: 'bench', reason: 'bench' }
      return rest.call('forceschedulers/force', 'force', order)
    }
    const ends = await rest.hear('builds/*/finished')
    const idleBytes = residentBytes(master.pid!)

    const times: number[] = []
    for (let i = 0; i < 12; i++) {
      const at = performance.now()
      await force('no-op')
      await ends.next()
      times.push(performance.now() - at)
    }
    await rest.call('workers/1', 'pause', { reason: 'fill the queue' })
    for (let i = 0; i < QUEUE; i++) await force('no-op')
    const drainedFrom = performance.now()
    await rest.call('workers/1', 'unpause', {})
    for (let i = 0; i < QUEUE; i++) await ends.next()
    const buildsPerSecond = QUEUE / ((performance.now() - drainedFrom) / 1000)
    const logFrom = performance.now()
    await force('log')
    await ends.next()
    const logMibPerSecond = LOG_MIB / ((performance.now() - logFrom) / 1000)
    ends.stop()
    return {
      buildsPerSecond,
      forceToFinishedMs: median(times.slice(2)),
      logMibPerSecond,
      startMs,
      idleBytes,
    }
  } finally {
    for (const child of processes.reverse()) await stop(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

function prepare(folder: string, workerPort: number, webPort: number): NodeJS.ProcessEnv {
  const env = { HOME: folder, LANG: 'C.UTF-8', PATH: '/usr/bin:/bin', PYTHONPATH: FRONT }
  const run = (file: string, ...args: string[]) =>
    execFileSync(file, args, { env, stdio: 'ignore' })
  run(BUILDBOT, 'create-master', '-q', join(folder, 'master'))
  run(
    WORKER,
    'create-worker',
    '-q',
    join(folder, 'worker'),
    `127.0.0.1:${workerPort}`,
    'w0',
    'pass',
  )
  writeFileSync(join(folder, 'master/master.cfg'), masterConfig(workerPort, webPort))
  return env
}

function masterConfig(workerPort: number, webPort: number): string {
  return `from buildbot.plugins import schedulers, steps, util, worker
def one(command):
    return util.BuildFactory([steps.ShellCommand(command=command, logEnviron=False)])
spew = "yes 1234567890123456789012345678901234567890123456789012345678901234567890123456789 | head -c ${LOG_MIB * 1024 * 1024}"
c = BuildmasterConfig = {
    "buildbotNetUsageData": None, "collapseRequests": False,
    "title": "bench", "titleURL": "http://127.0.0.1/", "buildbotURL": "http://127.0.0.1:${webPort}/",
    "db": {"db_url": "sqlite:///state.sqlite"},
    "protocols": {"pb": {"port": "tcp:${workerPort}:interface=127.0.0.1"}},
    "workers": [worker.Worker("w0", "pass")],
    "builders": [
        util.BuilderConfig(name="no-op", workernames=["w0"], factory=one(["true"])),
        util.BuilderConfig(name="log", workernames=["w0"], factory=one(["sh", "-c", spew])),
    ],
    "schedulers": [schedulers.ForceScheduler(name="force", builderNames=["no-op", "log"])],
    "www": {"port": "tcp:${webPort}:interface=127.0.0.1", "plugins": {}},
}
`
}

function stop(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return Promise.resolve()
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  return gone
}
