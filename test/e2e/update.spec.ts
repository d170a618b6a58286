import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { UpdateStatus } from '../../main/bridge/contract.ts'
import type { Holder } from '../../main/host/lock.ts'
import { STATE_SCHEMA } from '../../main/host/state.ts'
import { readHeader, withReader } from '../../main/master/db/header.ts'
import { LATEST } from '../../main/master/db/migrate.ts'
import { frozenReleases, releaseData, releaseFacts } from '../helpers/releases.ts'
import {
  FEED_KEY,
  type Feed,
  releaseOf,
  serveRelease,
  signed,
  startFeed,
} from '../packaged/feed.ts'
import { canPackage, filesOf, fusesOf, packageAppImage } from '../packaged/package-app.ts'
import { Application } from './application.ts'
import { expect, ON, test } from './fixtures.ts'
import { ELECTRON, ON_DOUBLE } from './paths.ts'

// An AppImage of two versions, made by electron-builder, and a feed on loopback. The images hold the
// double, or the Electron that TRIPHAMMER_ELECTRON names.
test.skip(process.platform !== 'linux', 'AppImages are of Linux')
test.skip(ON_DOUBLE && !canPackage(), 'squashfs-tools and desktop-file-utils are not installed')
test.describe.configure({ mode: 'serial' })

const run = promisify(execFile)
const OLD = '0.2.0'
const NEW = '0.3.0'
let feed: Feed
let folder: string
let images: { old: string; new: string }

test.beforeAll(async () => {
  // Of a real Electron each image has some 300 MB.
  test.setTimeout(ON_DOUBLE ? 120_000 : 600_000)
  feed = await startFeed()
  folder = mkdtempSync(join(tmpdir(), 'triphammer-packaged-'))
  const electron = ON_DOUBLE ? undefined : ELECTRON
  const order = { folder, feedUrl: feed.url, feedKeys: [FEED_KEY], electron }
  images = {
    old: await packageAppImage({ ...order, version: OLD }),
    new: await packageAppImage({ ...order, version: NEW, later: true }),
  }
})
test.afterAll(() => {
  feed?.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

interface Installed {
  readonly app: Application
  /** The AppImage, under a name of the person's own. */
  readonly path: string
  readonly cli: (...args: string[]) => Promise<{ code: number | null; stdout: string }>
  status(): Promise<UpdateStatus>
  ask(channel: string, ...args: unknown[]): Promise<unknown>
}

const packaged = test.extend<{ installed: Installed }>({
  installed: async ({ home, dataDir, env, cli }, use) => {
    const path = join(home, 'Applications', 'My Triphammer.AppImage')
    mkdirSync(join(path, '..'))
    copyFileSync(images.old, path)
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'master.yml'), configuration(home))
    const cache = { XDG_CACHE_HOME: join(home, '.cache') }
    const app = new Application({
      path,
      args: [`--data=${dataDir}`],
      env: { ...env, ...cache },
      startTimeout: 30_000,
    })
    await app.start()
    const ask = (channel: string, ...args: unknown[]) =>
      app.page.evaluate(
        ([channel, args]) =>
          (
            window as never as { triphammer: { request: (...all: unknown[]) => Promise<unknown> } }
          ).triphammer.request(channel as string, ...(args as unknown[])),
        [channel, args] as const,
      )
    await use({ app, path, cli, ask, status: () => ask('update:status') as Promise<UpdateStatus> })
    if (app.isRunning()) await app.stop()
    await endHolder(dataDir)
  },
})

packaged(
  `an update waits for a running build and carries history over${ON}`,
  async ({ installed, home, dataDir }) => {
    packaged.setTimeout(120_000)
    const { app, path, cli, status, ask } = installed
    const image = readFileSync(images.new)
    expect((await cli('force', 'quick', '--wait')).code).toBe(0)
    const slow = cli('force', 'slow', '--wait')
    await expect(app.page.getByText('1 build running')).toBeVisible()

    feed.answer = serveRelease(releaseOf(NEW, image), image)
    await ask('update:check')
    await expect.poll(async () => (await status()).phase.kind, { timeout: 20_000 }).toBe('ready')
    await app.page.getByRole('button', { name: `${NEW} ready` }).click()
    await expect(app.page.getByText('slow #1')).toBeVisible()
    const shots = process.env.TRIPHAMMER_SCREENSHOTS
    for (const colorScheme of shots ? (['light', 'dark'] as const) : []) {
      await app.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const path = join(shots!, `update-${colorScheme}.png`)
      await app.page.screenshot({ path, animations: 'disabled' })
    }
    // Nobody agreed to interrupt anything.
    const [running] = (
      (await ask('update:apply', { how: 'now', agreed: [] })) as { builds: number[] }
    ).builds
    expect(running).toBeGreaterThan(0)
    await app.page.getByRole('button', { name: 'When it has ended' }).click()
    await expect(app.page.getByText(`${NEW} ready, waits for 1 build`)).toBeVisible()
    writeFileSync(join(home, 'go'), '')

    expect((await slow).code).toBe(0)
    await app.exited
    await expect.poll(() => holder(dataDir)?.version, { timeout: 30_000 }).toBe(NEW)
    expect(readFileSync(path).equals(image)).toBe(true)
    // By the new master alone: our command line knows one step less.
    await expect.poll(async () => countOf(await cli('builds', 'slow', '--json'))).toBe(1)
    const log = () => readFileSync(join(dataDir, 'app.log'), 'utf8')
    expect(log()).toContain(`update from ${OLD} to ${NEW}: updated`)
    expect(schemaOf(dataDir)).toBe(LATEST + 1)

    // The person puts the old version in its place again: it says so, and touches nothing.
    await endHolder(dataDir)
    copyFileSync(images.old, path)
    const before = hashesOf(dataDir)
    await app.start()
    await expect(app.page.getByText(/written by a newer Triphammer/).first()).toBeVisible()
    await app.stop()
    expect(hashesOf(dataDir)).toEqual(before)
  },
)

for (const version of frozenReleases())
  test(`a packaged app takes over what ${version} left in mid-build, with its settings${ON}`, async ({
    home,
    dataDir,
    env,
    cli,
  }) => {
    packaged.setTimeout(60_000)
    releaseData(version, 'killed', dataDir)
    const path = join(home, 'Triphammer.AppImage')
    copyFileSync(images.new, path)
    const app = new Application({
      path,
      args: [`--data=${dataDir}`],
      env,
      startTimeout: 30_000,
    })
    await app.start()
    try {
      await expect.poll(() => schemaOf(dataDir)).toBe(LATEST + 1)
      await expect
        .poll(async () => countOf(await cli('builds', 'quick', '--json')))
        .toBeGreaterThan(0)
      const state = JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8'))
      expect(state).toMatchObject({
        theme: 'system',
        views: [],
        __internal__: { migrations: { version: `${STATE_SCHEMA}.0.0` } },
      })
      // What ran is built again, and is stopped with the app.
      await app.app.evaluate(({ dialog }) => {
        Object.assign(dialog, {
          showMessageBox: async () => ({ response: 1, checkboxChecked: false }),
        })
      })
    } finally {
      await app.stop()
    }
    const built = withReader(join(dataDir, 'history.sqlite'), db =>
      db
        .prepare('SELECT id FROM builds')
        .all()
        .map(row => Number(row.id)),
    )
    const known = releaseFacts(version).left.killed.details.map(one => one.build.id)
    expect(built).toEqual(expect.arrayContaining(known))
  })

test(`a package has what runs, and nothing else${ON}`, () => {
  test.skip(!ON_DOUBLE, 'the fuses of a real one are left as they are, for the driver')
  const unpacked = join(folder, OLD, 'linux-unpacked')
  const files = filesOf(unpacked)
  for (const one of ['main/main.js', 'main/cli.js', 'preload/preload.cjs', 'renderer/index.html'])
    expect(files).toContain(`/out/${one}`)
  const foreign =
    /\.(?:ts|tsx|map|pem)$|^\/(?:test|main|slave|renderer|scripts|docs|packaging|\.github)\b|node-(?:linux|win|darwin)-[^/]*\/bin|\.sources$/
  expect(files.filter(path => foreign.test(path) && !path.startsWith('/node_modules/'))).toEqual([])
  expect(files.filter(path => /\/node-(?:linux|win)-\w+\/bin\//.test(path))).toEqual([])
  // Beside the archive: what processes and threads are started from, and what the system loads.
  const beside = readdirSync(join(unpacked, 'resources/app.asar.unpacked/out/main'))
  expect(beside).toContain('slave.js')
  expect(beside.filter(name => name.endsWith('.tgz'))).toHaveLength(1)
  // In the order of Electron's list: runAsNode, cookies, NODE_OPTIONS, inspect, asar integrity, only asar, snapshot, file://.
  expect(fusesOf(unpacked).slice(0, 8)).toBe('10101100')
})

packaged(
  `a build goes on when its AppImage is quit, and its mount has gone${ON}`,
  async ({ installed, home, dataDir, env }) => {
    packaged.setTimeout(120_000)
    const { app, cli } = installed
    await cli('force', 'slow')
    await expect(app.page.getByText('1 build running')).toBeVisible()
    // The default answer, which lets the build finish.
    await app.app.evaluate(({ dialog }) => {
      const showMessageBox = async () => ({ response: 0, checkboxChecked: false })
      Object.assign(dialog, { showMessageBox })
    })
    await app.stop()
    expect(await app.exited).toEqual({ code: 0, signal: null })
    writeFileSync(join(home, 'go'), '')

    await app.start()
    const results = async () => {
      const builds = JSON.parse((await cli('builds', 'slow', '--json')).stdout)
      return builds.map((build: { results: number | null }) => build.results)
    }
    await expect.poll(results, { timeout: 20_000 }).toEqual([0])

    // The command that the app puts into a terminal runs from a mount of its own.
    const { file } = (await installed.ask('desktop:command', { on: true })) as { file: string }
    expect(file).toBe(join(home, '.local/bin/triphammer'))
    const typed = await run(file, ['builds', 'slow', '--json', '--data', dataDir], { env })
    expect(JSON.parse(typed.stdout)).toHaveLength(1)
    expect(readdirSync(join(dataDir, 'runtime'))).toEqual([
      expect.stringMatching(/^0\.2\.0-[0-9a-f]{8}$/),
    ])
  },
)

packaged(`feeds that lie change nothing${ON}`, async ({ installed }) => {
  packaged.setTimeout(120_000)
  const { path, status, ask } = installed
  const image = readFileSync(images.new)
  const release = releaseOf(NEW, image)
  const [file] = release.files
  const other = Buffer.from(image)
  other[100]! ^= 1
  const unsized = { ...release, files: [{ url: file!.url, sha512: file!.sha512 }] }
  const LIES: Readonly<Record<string, readonly [RequestListener, RegExp]>> = {
    'another file': [serveRelease(release, other), /not the one that was announced/],
    'a signature of somebody else': [
      serveRelease(release, image, 'AAAA'),
      /not signed by Triphammer/,
    ],
    'a signature of another release': [
      serveRelease(release, image, signed({ ...release, version: '0.2.9' })),
      /not signed by Triphammer/,
    ],
    'a file that is cut off': [
      serveRelease(release, (_request, response) => {
        response.setHeader('content-length', image.length)
        response.write(image.subarray(0, 100_000), () => response.destroy())
      }),
      /cut during the download/,
    ],
    'a file that goes on for ever': [
      serveRelease(release, (_request, response) => pour(response)),
      /more than it announced/,
    ],
    'a file of no known length': [serveRelease(unsized, image), /length/],
    'a circle': [
      (request, response) => {
        response.writeHead(302, { location: request.url! })
        response.end()
      },
      /circle/,
    ],
    'no feed': [
      (_request, response) => response.writeHead(404).end(),
      /No release has been published/,
    ],
    'what is no feed': [
      (_request, response) => response.end('::: not yaml ['),
      /not be understood/,
    ],
  }
  for (const [lie, [answer, words]] of Object.entries(LIES)) {
    feed.answer = answer
    await ask('update:check')
    await expect
      .poll(async () => (await status()).phase, { message: lie, timeout: 20_000 })
      .toEqual({
        kind: 'failed',
        message: expect.stringMatching(words),
      })
  }
  feed.answer = serveRelease({ ...release, version: '0.1.9' }, image)
  await ask('update:check')
  expect((await status()).phase).toEqual({ kind: 'current' })
  expect(readFileSync(path).equals(readFileSync(images.old))).toBe(true)
})

function configuration(home: string): string {
  const until = `until [ -e ${JSON.stringify(join(home, 'go'))} ]; do sleep 0.05; done`
  return `builders:
  - { name: quick, steps: [{ shell: echo done }] }
  - { name: slow, steps: [{ shell: ${JSON.stringify(until)} }, { shell: test -t 1, pty: true }] }
`
}

function pour(response: Parameters<RequestListener>[1]) {
  const block = Buffer.alloc(256 * 1024)
  const more = () => {
    while (!response.destroyed && response.write(block));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

function countOf({ code, stdout }: { code: number | null; stdout: string }): number {
  return code === 0 ? JSON.parse(stdout).length : -1
}

function schemaOf(dataDir: string): number {
  return Number(readHeader(join(dataDir, 'history.sqlite')).userVersion)
}

/** Of what a history is made of. */
function hashesOf(dataDir: string): Readonly<Record<string, string>> {
  const names = ['history.sqlite', 'logs.sqlite', 'master.yml', 'master.last-good.yml']
  return Object.fromEntries(
    names.map(name => {
      const bytes = readFileSync(join(dataDir, name))
      return [name, createHash('sha256').update(bytes).digest('hex')]
    }),
  )
}

function holder(dataDir: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'lock.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** Ends the version that was started by the update, which no driver holds. */
async function endHolder(dataDir: string) {
  const left = holder(dataDir)
  if (!left) return
  process.kill(left.pid, 'SIGTERM')
  await expect.poll(() => isAlive(left.pid), { timeout: 15_000 }).toBe(false)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
