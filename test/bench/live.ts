// npm run bench:ui -- live [--minutes N]: a window that stays open on the waterfall while fifty builds
// run at a time on real slaves. In the end its picture is compared with that of a window that was just
// opened, pixel by pixel and word by word (acceptance list of the waterfall, point 2).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../e2e/paths.ts'
import { startCable } from './cable.ts'
import { liveConfig, makeRepository, startSource } from './live-source.ts'
import { heardBy, openWindow } from './live-window.ts'
import { differing, keep, type Picture, settled } from './picture.ts'
import { LAG, type Rig, slavesOnline, startRig, temporaryFolder } from './rig.ts'
import { printFigure } from './table.ts'
import { limit, ownBytesOfWindow } from './window.ts'

const MINUTES = minutesOf(process.argv.slice(2))
const CUT_MS = 5000
// The corner of the board looks at the clock every ten seconds.
const SLOWEST_CLOCK_MS = 11_000

const folder = temporaryFolder()
const lagFile = join(folder, 'lag.json')
const bareFile = join(folder, 'bare.json')
const repository = makeRepository(join(folder, 'calc'))
const rig = await startRig(liveConfig(repository), join(folder, 'data'), lagFile)
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
  const source = await startSource(rig, repository)
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

/** The window that lived through it all, and one that was just opened, at the same places and the same now. */
async function compare(context: BrowserContext, lived: Page, rig: Rig): Promise<void> {
  const fresh = await openWindow(context, rig)
  const now = Date.now()
  await context.clock.setFixedTime(now)
  await pause(SLOWEST_CLOCK_MS)
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
