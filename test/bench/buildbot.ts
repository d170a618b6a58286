import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { get, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { median, residentBytes, temporaryFolder } from './rig.ts'

const BUILDBOT = '/usr/bin/buildbot'
const WORKER = '/usr/bin/buildbot-worker'
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
    await until(() => rest(webPort, 'masters'))
    const startMs = performance.now() - startedAt
    start(WORKER, 'worker')
    await until(async () => {
      const { workers } = (await rest(webPort, 'workers')) as {
        workers: { connected_to: unknown[]; configured_on: unknown[] }[]
      }
      if (!workers.every(one => one.connected_to.length > 0 && one.configured_on.length > 0))
        throw new Error('not yet')
    })
    const { builders } = (await rest(webPort, 'builders')) as {
      builders: { builderid: number; name: string }[]
    }
    const idOf = (name: string) =>
      String(builders.find(builder => builder.name === name)!.builderid)
    const ends = await hearEnds(webPort)
    const idleBytes = residentBytes(master.pid!)

    const times: number[] = []
    for (let i = 0; i < 12; i++) {
      const at = performance.now()
      await force(webPort, idOf('no-op'))
      await ends.next()
      times.push(performance.now() - at)
    }
    await rpc(webPort, 'workers/1', 'pause', { reason: 'fill the queue' })
    for (let i = 0; i < QUEUE; i++) await force(webPort, idOf('no-op'))
    const drainedFrom = performance.now()
    await rpc(webPort, 'workers/1', 'unpause', {})
    for (let i = 0; i < QUEUE; i++) await ends.next()
    const buildsPerSecond = QUEUE / ((performance.now() - drainedFrom) / 1000)
    const logFrom = performance.now()
    await force(webPort, idOf('log'))
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
  // Debian ships no web front end, and a master opens its REST port only with one: an empty one will do.
  const stand = join(folder, 'stand-in')
  mkdirSync(join(stand, 'emptyfront/static'), { recursive: true })
  mkdirSync(join(stand, 'emptyfront-0.dist-info'), { recursive: true })
  writeFileSync(join(stand, 'emptyfront/static/index.html'), '<html></html>')
  writeFileSync(join(stand, 'emptyfront/VERSION'), '0\n')
  writeFileSync(
    join(stand, 'emptyfront/__init__.py'),
    'from buildbot.www.plugin import Application\nep = Application(__name__, "empty")\n',
  )
  writeFileSync(
    join(stand, 'emptyfront-0.dist-info/METADATA'),
    'Metadata-Version: 2.1\nName: emptyfront\nVersion: 0\n',
  )
  writeFileSync(
    join(stand, 'emptyfront-0.dist-info/entry_points.txt'),
    '[buildbot.www]\nbase = emptyfront:ep\n',
  )
  const env = { HOME: folder, LANG: 'C.UTF-8', PATH: '/usr/bin:/bin', PYTHONPATH: stand }
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

function rest(port: number, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/api/v2/${path}` }, response =>
      collect(response).then(text => resolve(JSON.parse(text)), reject),
    ).on('error', reject)
  })
}

function rpc(port: number, path: string, method: string, params: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: `/api/v2/${path}`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    }
    const sent = request(options, response => collect(response).then(resolve, reject))
    sent.on('error', reject)
    sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  })
}

function force(port: number, builderid: string): Promise<unknown> {
  return rpc(port, 'forceschedulers/force', 'force', { builderid, owner: 'bench', reason: 'bench' })
}

async function collect(response: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const part of response) text += part
  return text
}

// The master's own stream of events.
function hearEnds(port: number): Promise<{ next(): Promise<void>; stop(): void }> {
  return new Promise((resolve, reject) => {
    let ended = 0
    let wake = () => {}
    const sent = get(
      { host: '127.0.0.1', port, path: '/sse/listen/builds/*/finished' },
      response => {
        response.setEncoding('utf8')
        let text = ''
        response.on('data', (part: string) => {
          text += part
          const events = text.split(/\r?\n\r?\n/)
          text = events.pop()!
          for (const event of events) {
            if (event.includes('handshake')) resolve({ next, stop: () => sent.destroy() })
            else if (event.includes('event: event')) {
              ended++
              wake()
            }
          }
        })
      },
    ).on('error', reject)
    async function next() {
      while (ended === 0)
        await new Promise<void>(done => {
          wake = done
        })
      ended--
    }
  })
}

// Buildbot announces nothing to a program that waits for its port.
async function until(work: () => Promise<unknown>): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    try {
      await work()
      return
    } catch {
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  throw new Error('Buildbot did not come up')
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

function stop(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return Promise.resolve()
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  return gone
}
