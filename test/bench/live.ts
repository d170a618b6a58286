// npm run bench:ui -- live [--minutes N]: a window that stays open on the waterfall while fifty builds
// run at a time on real slaves. In the end its picture is compared with that of a window that was just
// opened, pixel by pixel and word by word (acceptance list of the waterfall, point 2).
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import type { SequencedNews } from '../../main/bridge/contract.ts'
import type { Client } from '../../main/http/client.ts'
import type { BuilderId, BuildId } from '../../main/master/model.ts'
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../e2e/paths.ts'
import { startCable } from './cable.ts'
import { LAG, type Rig, slavesOnline, startRig, temporaryFolder } from './rig.ts'
import { printFigure } from './table.ts'
import { limit, ownBytesOfWindow } from './window.ts'

const MINUTES = minutesOf(process.argv.slice(2))
const CUT_MS = 5000
const CHANGE_MS = 15_000
const STOP_MS = 40_000

interface Kind {
  readonly name: string
  readonly builders: number
  readonly slaves: number
  /** How many of its requests there are at any time; a slave builds a builder once at a time. */
  readonly open: number
}

// Fifty builds at a time, beside each other in up to five lanes of a column, and some that wait.
const KINDS: readonly Kind[] = [
  { name: 'wide', builders: 8, slaves: 5, open: 5 },
  { name: 'pair', builders: 4, slaves: 2, open: 3 },
  // These are asked for by changes, too.
  { name: 'single', builders: 2, slaves: 1, open: 1 },
]

const folder = temporaryFolder()
const lagFile = join(folder, 'lag.json')
const bareFile = join(folder, 'bare.json')
const repository = makeRepository(join(folder, 'calc'))
const rig = await startRig(config(), join(folder, 'data'), lagFile)
// Nothing but the monitor: how late this machine lets anybody be.
const bare = spawn(process.execPath, ['--import', LAG, '-e', 'process.stdin.resume()'], {
  stdio: ['pipe', 'ignore', 'ignore'],
  env: { ...process.env, TRIPHAMMER_LAG: bareFile },
})
const cable = await startCable(Number(new URL((await rig.client.ticketUrl())!).port))
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [...CHROMIUM_ARGUMENTS, `--host-resolver-rules=MAP localhost ${cable.address}`],
})
try {
  await slavesOnline(rig.client)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const lived = await openWindow(context, rig)
  const source = await startSource(rig)
  process.stdout.write(`\n${MINUTES} minutes with a window open\n`)
  const started = Date.now()
  await pause((MINUTES * 60_000) / 2)
  const early = await heldBytes(lived)
  cable.pull()
  await pause(CUT_MS)
  cable.mend()
  await pause(Math.max(0, started + MINUTES * 60_000 - Date.now()))
  const seconds = (Date.now() - started) / 1000
  const { told, builds, most } = source.counts()
  await source.stop()
  const { seq } = await rig.client.request('desk:snapshot')
  const heard = await heardBy(lived, seq)
  atLeast('news a second', told / seconds, 19)
  limit('builds that ended', builds, '')
  limit('builds at a time, at most', most, '')
  limit('news that the window got', heard.count, '')
  atLeast('of them asked for by number after the cut', heard.caughtUp, 1)
  limit('news that it never got', heard.missing, '', 0)
  limit('how often it began anew', heard.snapshots, '', 0)
  await compare(context, lived, rig)
  limit('window process without garbage, half-way', early / 1e6, 'MB')
  limit('window process without garbage, in the end', (await heldBytes(lived)) / 1e6, 'MB', 250)
} finally {
  await browser.close()
  cable.stop()
  await rig.stop()
  const gone = once(bare, 'exit')
  bare.stdin.end()
  await gone
}
const [own, idle] = [lagFile, bareFile].map(
  file => JSON.parse(readFileSync(file, 'utf8')) as { p99: number; longest: number },
)
const budget = { words: 'at most 50 ms', kept: own!.p99 <= 50 }
printFigure({
  what: "lag of the master's event loop, p99",
  value: own!.p99,
  unit: 'ms',
  limit: idle!.p99,
  budget,
})
limit("lag of the master's event loop, longest", own!.longest, 'ms')
rmSync(folder, { recursive: true, force: true })

function minutesOf(args: readonly string[]): number {
  const at = args.indexOf('--minutes')
  const minutes = at < 0 ? 60 : Number(args[at + 1])
  if (minutes > 0) return minutes
  process.stderr.write('--minutes wants a number of minutes, such as --minutes 10\n')
  process.exit(2)
}

/** A repository whose commits are changes. */
function makeRepository(path: string) {
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', path, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args],
      { stdio: 'ignore' },
    )
  mkdirSync(path)
  git('init', '--initial-branch=main')
  git('commit', '--allow-empty', '--message=begin')
  return { path, commit: (text: string) => git('commit', '--allow-empty', `--message=${text}`) }
}

function config(): string {
  const steps = [
    step('install', 14, 19),
    step('build', 17, 25),
    step('test', 16, 31, '[ $((BUILD_NUMBER % 9)) -ne 4 ]'),
  ]
  const slaves = [1, 2, 3, 4, 5]
  const builders = KINDS.flatMap(kind =>
    Array.from({ length: kind.builders }, (_, i) => {
      const own = slaves.slice(0, kind.slaves).map(n => `slave-${n}`)
      return `  - { name: ${kind.name}-${i + 1}, project: calc, slaves: [${own}], steps: [${steps}] }`
    }),
  )
  return `slaves:
${slaves.map(n => `  - { name: slave-${n}, maxBuilds: 20 }`).join('\n')}
projects: [{ name: calc, repository: ${JSON.stringify(repository.path)}, branches: [main] }]
builders:
${builders.join('\n')}
schedulers:
  - { name: on-change, kind: singleBranch, branch: main, treeStableTimer: 1s, builders: [single-1, single-2] }
`
}

// Each step takes its own time, by the number of its process; every ninth build fails.
function step(name: string, least: number, spread: number, end = 'true'): string {
  const wait = `sleep $((${least} + $$ % ${spread}))`
  const script = `echo ${name} begins; ${wait}; echo ${name} ends; ${end}`
  return `{ name: ${name}, shell: ${JSON.stringify(script)} }`
}

interface Source {
  counts(): { readonly told: number; readonly builds: number; readonly most: number }
  /** Asks for nothing more, and waits until all is over. */
  stop(): Promise<void>
}

/** Keeps fifty builds running: for each that ends another is asked for. Stops one now and then, and commits. */
async function startSource({ client, builderId }: Rig): Promise<Source> {
  const running = new Set<BuildId>()
  let over = false
  let told = 0
  let builds = 0
  let most = 0
  let wake = () => {}
  const kinds = new Map<BuilderId, Kind>()
  for (const kind of KINDS)
    for (let i = 1; i <= kind.builders; i++)
      kinds.set((await builderId(`${kind.name}-${i}`)) as BuilderId, kind)
  const unlisten = await client.listen(hear, () => {})
  for (const [id, kind] of kinds) for (let i = 0; i < kind.open; i++) await force(client, id)
  const timers = [
    setInterval(() => repository.commit(`change ${new Date().toISOString()}`), CHANGE_MS),
    setInterval(stopOne, STOP_MS),
  ]
  return {
    counts: () => ({ told, builds, most }),
    async stop() {
      over = true
      for (const timer of timers) clearInterval(timer)
      for (const { id, claimedAt } of (await client.request('desk:snapshot')).requests)
        if (claimedAt === null) await client.request('request:cancel', { id })
      while (running.size > 0 || (await client.request('desk:snapshot')).requests.length > 0)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      unlisten()
    },
  }

  function hear(news: SequencedNews) {
    told++
    if (news.topic === 'request/changed') wake()
    if (news.topic !== 'build/changed') return
    const { id, builderId, completeAt } = news.payload
    if (completeAt === null) running.add(id)
    else if (running.delete(id)) {
      builds++
      // Changes ask for builds as well.
      if (!over && kinds.get(builderId)!.slaves > 1) void force(client, builderId)
    }
    most = Math.max(most, running.size)
  }

  function stopOne() {
    const [id] = running
    if (id !== undefined) void client.request('build:stop', { id, reason: 'stopped by hand' })
  }
}

function force(client: Client, builderId: BuilderId) {
  const order = { branch: null, revision: null, reason: 'bench', properties: {} }
  return client.request('build:force', { builderId, ...order })
}

function pause(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms))
}

function atLeast(what: string, value: number, least: number): void {
  const budget = { words: `at least ${least}`, kept: value >= least }
  printFigure({ what, value, unit: '', budget })
}

/** What a window needs: the browser lets garbage lie for as long as there is memory. */
async function heldBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.detach()
  return ownBytesOfWindow(page.context().browser()!)
}

interface Heard {
  /** The number that the first snapshot had. */
  from: number
  readonly numbers: Set<number>
  caughtUp: number
  /** Snapshots after the first. */
  snapshots: number
}

async function openWindow(context: BrowserContext, { client }: Rig): Promise<Page> {
  const page = await context.newPage()
  await page.addInitScript(countNews)
  const url = new URL((await client.ticketUrl())!)
  url.hostname = 'localhost'
  await page.goto(url.href)
  await page.locator('.board .heads').waitFor()
  return page
}

// Runs in the page, before its own program: what comes over the bridge is counted on its way.
function countNews() {
  const heard: Heard = { from: -1, numbers: new Set(), caughtUp: 0, snapshots: -1 }
  Object.assign(window, { heard })
  Object.defineProperty(window, 'triphammer', {
    configurable: true,
    get: () => undefined,
    set(bridge: {
      request(channel: string, ...args: unknown[]): Promise<unknown>
      onNews(listener: (news: SequencedNews) => void): void
    }) {
      Object.defineProperty(window, 'triphammer', { value: bridge })
      const { request } = bridge
      bridge.onNews(news => heard.numbers.add(news.seq))
      bridge.request = async (channel, ...args) => {
        const answer = await request(channel, ...args)
        if (channel === 'desk:snapshot') {
          heard.snapshots++
          if (heard.from < 0) heard.from = (answer as { seq: number }).seq
        }
        if (channel === 'news:since' && answer)
          for (const { seq } of (answer as { news: SequencedNews[] }).news) {
            if (!heard.numbers.has(seq)) heard.caughtUp++
            heard.numbers.add(seq)
          }
        return answer
      }
    },
  })
}

/** Once the window has heard all up to a number. */
async function heardBy(page: Page, seq: number) {
  await page.waitForFunction(
    last => (window as unknown as { heard: Heard }).heard.numbers.has(last),
    seq,
  )
  return page.evaluate(last => {
    const { from, numbers, caughtUp, snapshots } = (window as unknown as { heard: Heard }).heard
    let missing = 0
    for (let one = from + 1; one <= last; one++) if (!numbers.has(one)) missing++
    return { count: numbers.size, missing, caughtUp, snapshots }
  }, seq)
}

/** The window that lived through it all, and one that was just opened, at the same places and the same now. */
async function compare(context: BrowserContext, lived: Page, rig: Rig): Promise<void> {
  const fresh = await openWindow(context, rig)
  const now = Date.now()
  await context.clock.setFixedTime(now)
  const both = [lived, fresh]
  const press = (key: string) => Promise.all(both.map(page => page.keyboard.press(key)))
  const travel = (ms: number) =>
    Promise.all(
      both.map(page =>
        page.evaluate(at => {
          location.hash = `/waterfall?at=${new Date(at).toISOString()}`
        }, now - ms),
      ),
    )
  const places: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['now, folded', async () => {}],
    ['now, linear', () => press('m')],
    ['now, events', () => press('m')],
    ['now, nearer', () => press('m').then(() => press('+'))],
    ['two minutes ago', () => press('0').then(() => travel(120_000))],
    ['half the time ago', () => travel((MINUTES * 60_000) / 2)],
  ]
  for (const [place, go] of places) {
    await go()
    const [one, other] = (await Promise.all(both.map(settled))) as [Picture, Picture]
    const pixels = await differing(fresh, one.canvas, other.canvas)
    limit(`pixels that differ: ${place}`, pixels, '', 0)
    const words = other.words.filter((text, i) => text !== one.words[i])
    const more = Math.abs(other.words.length - one.words.length)
    limit(`elements that differ: ${place}`, words.length + more, '', 0)
    if (pixels + words.length + more > 0) keep(place, one, other)
  }
}

interface Picture {
  /** A PNG, in base64. */
  readonly canvas: string
  /** Each element of heads, gutter and twin, with where it stands and what it says. */
  readonly words: readonly string[]
}

async function settled(page: Page): Promise<Picture> {
  let last = await pictureOf(page)
  // What was asked for comes, and the clock of the page ticks.
  for (;;) {
    await pause(2100)
    const next = await pictureOf(page)
    if (JSON.stringify(next) === JSON.stringify(last)) return next
    last = next
  }
}

function pictureOf(page: Page): Promise<Picture> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('.board-head *, .board-layer *')]
    return {
      canvas: document
        .querySelector<HTMLCanvasElement>('.board canvas')!
        .toDataURL()
        .replace('data:image/png;base64,', ''),
      words: all.map(one => {
        const { x, y, width, height } = one.getBoundingClientRect()
        const own = [...one.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
        const text = own.map(({ textContent }) => textContent).join('')
        const at = [x, y, width, height].map(px => px.toFixed(2)).join(' ')
        const said = ['class', 'aria-label', 'title', 'd'].map(name => one.getAttribute(name) ?? '')
        return [at, ...said, text].join(' ')
      }),
    }
  })
}

function differing(page: Page, one: string, other: string): Promise<number> {
  return page.evaluate(
    async sources => {
      const [a, b] = await Promise.all(
        sources.map(async source => {
          const bytes = Uint8Array.from(atob(source), one => one.charCodeAt(0))
          const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
          const ctx = new OffscreenCanvas(image.width, image.height).getContext('2d')!
          ctx.drawImage(image, 0, 0)
          return ctx.getImageData(0, 0, image.width, image.height).data
        }),
      )
      let count = Math.abs(a!.length - b!.length) / 4
      for (let i = 0; i < Math.min(a!.length, b!.length); i += 4)
        if ([0, 1, 2].some(k => a![i + k] !== b![i + k])) count++
      return count
    },
    [one, other],
  )
}

/** For whoever has to find out why. */
function keep(place: string, one: Picture, other: Picture): void {
  const kept = temporaryFolder()
  for (const [name, { canvas, words }] of [
    ['lived', one],
    ['fresh', other],
  ] as const) {
    writeFileSync(join(kept, `${name}.png`), canvas, 'base64')
    writeFileSync(join(kept, `${name}.txt`), words.join('\n'))
  }
  process.stdout.write(`  ${place}: both are in ${kept}\n`)
}
