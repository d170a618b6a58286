// npm run bench:ui: the window on long histories, in a real Chromium, each figure beside its budget
// (design, section 10, and the acceptance list of the waterfall).
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium,
  type Page,
} from '@playwright/test'
import { CHROMIUM, CHROMIUM_ARGUMENTS, CLI } from '../e2e/paths.ts'
import { historyConfig, makeHistory } from './history.ts'
import { temporaryFolder } from './rig.ts'
import { percentile, traceFrames } from './trace.ts'
import { limit, ownBytesOfWindow } from './window.ts'

const wanted = process.argv.slice(2).map(Number)
const SIZES = wanted.length > 0 ? wanted : [10_000, 100_000, 1_000_000]
const DAY_MS = 86_400_000
const STEPS = 120
// The program is in the browser's cache by then, as it is on every day but the first.
const OPENINGS = 5

for (const builds of SIZES) {
  process.stdout.write(`\n${builds.toLocaleString('en')} builds of 200 builders\n`)
  const dataDir = temporaryFolder()
  try {
    makeHistory(dataDir, builds)
    writeFileSync(join(dataDir, 'master.yml'), historyConfig())
    await measure(dataDir)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function measure(dataDir: string): Promise<void> {
  const master = spawn(
    process.execPath,
    [CLI, 'serve', '--data', dataDir, '--http', '127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS })
  try {
    const url = await ticketOf(master)
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const first = await context.newPage()
    // The ticket is good once; what is measured is a window that is let in already.
    await first.goto(url)
    await first.locator('.box').first().waitFor()
    await first.close()
    const page = await openings(context, new URL('/', url).href)
    const session = await context.newCDPSession(page)
    await scrolling(page, session)
    await zooming(page, session)
    await jumping(page)
    await least(page)
    await memory(page, browser)
  } finally {
    await browser.close()
    const gone = new Promise(done => master.once('exit', done))
    master.kill('SIGTERM')
    await gone
  }
}

function watchForBoxes() {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('.box')) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => performance.mark('boxes')))
  })
  observer.observe(document, { childList: true, subtree: true })
}

/** Opens windows one after the other, and leaves the last one open. */
async function openings(context: BrowserContext, url: string): Promise<Page> {
  const times: Opening[] = []
  for (;;) {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Performance.enable')
    await page.addInitScript(watchForBoxes)
    await page.goto(url)
    await page.waitForFunction(() => performance.getEntriesByName('boxes').length > 0)
    const { metrics } = await session.send('Performance.getMetrics')
    const work = 1000 * metrics.find(({ name }) => name === 'ThreadTime')!.value
    const [window, boxes] = await page.evaluate(() => [
      performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      performance.getEntriesByName('boxes')[0]!.startTime,
    ])
    times.push({ window: window!, boxes: boxes!, work })
    if (times.length === OPENINGS) break
    await page.close()
  }
  const median = (of: (one: Opening) => number) => percentile(times.map(of), 0.5)
  const sinceWindow = median(({ window, boxes }) => boxes - window)
  limit(
    'first boxes, from the start of the page',
    median(({ boxes }) => boxes),
    'ms',
  )
  limit('first boxes, after the window shows something', sinceWindow, 'ms', 300)
  limit(
    'for comparison: all that the processor did for it',
    median(({ work }) => work),
    'ms',
  )
  return context.pages().at(-1)!
}

/** In ms: when the window showed something and when boxes, and what its thread worked until then. */
interface Opening {
  readonly window: number
  readonly boxes: number
  readonly work: number
}

async function scrolling(page: Page, session: CDPSession): Promise<void> {
  await page.mouse.move(700, 500)
  const frames = await traceFrames(session, async () => {
    for (let i = 0; i < STEPS; i++) {
      await page.mouse.wheel(0, 120)
      await nextFrame(page)
    }
  })
  report('scrolling', frames)
}

async function zooming(page: Page, session: CDPSession): Promise<void> {
  await page.keyboard.down('Control')
  const frames = await traceFrames(session, async () => {
    for (let i = 0; i < STEPS; i++) {
      await page.mouse.wheel(0, i % 40 < 20 ? 12 : -12)
      await nextFrame(page)
    }
  })
  await page.keyboard.up('Control')
  report('zooming', frames)
}

function report(what: string, frames: readonly number[]): void {
  limit(`work of a frame while ${what}, p95`, percentile(frames, 0.95), 'ms', 16)
  limit(`work of a frame while ${what}, p99`, percentile(frames, 0.99), 'ms', 33)
}

async function jumping(page: Page): Promise<void> {
  const times: number[] = []
  for (const days of [300, 20, 150, 250, 90, 200, 45]) {
    const at = new Date(Date.now() - days * DAY_MS).toISOString()
    times.push(
      await page.evaluate(async to => {
        // Changes are of all builders; of the few columns in sight none may have built at that time.
        const ids = () =>
          [...document.querySelectorAll<HTMLElement>('.change')].map(one => one.title)
        const before = new Set(ids())
        const startedAt = performance.now()
        location.hash = `/waterfall?at=${to}`
        while (!ids().some(id => !before.has(id))) {
          if (performance.now() - startedAt > 10_000) throw new Error(`no changes of ${to} came`)
          await new Promise(done => requestAnimationFrame(done))
        }
        return performance.now() - startedAt
      }, at),
    )
  }
  limit('jump to a date, median', percentile(times, 0.5), 'ms', 100)
  limit('jump to a date, longest', Math.max(...times), 'ms', 100)
}

// What a busy machine makes of next to nothing: the jumps beside it are to be read by that.
async function least(page: Page): Promise<void> {
  const times = await page.evaluate(async () => {
    const { triphammer } = window as unknown as {
      triphammer: { request(channel: string): Promise<unknown> }
    }
    const found: number[] = []
    for (let i = 0; i < 15; i++) {
      const startedAt = performance.now()
      await triphammer.request('history:beginning')
      await new Promise(done => requestAnimationFrame(done))
      found.push(performance.now() - startedAt)
    }
    return found
  })
  limit('for comparison: a question of one number, and a frame', percentile(times, 0.5), 'ms')
}

async function memory(page: Page, browser: Browser): Promise<void> {
  limit('elements in the board', await countNodes(page), '', 400)
  limit('window process, its own memory', (await ownBytesOfWindow(browser)) / 1e6, 'MB', 250)
  await page.setViewportSize({ width: 8000, height: 900 })
  await page.waitForFunction(() => document.querySelector('.board')!.clientWidth > 7000)
  await nextFrame(page)
  limit('elements in the board, 8,000 px wide', await countNodes(page), '')
}

function countNodes(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll('.board *').length)
}

function nextFrame(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>(done => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  )
}

function ticketOf(master: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: master.stderr! }).on('line', line => {
      const found = /open (\S+) in a browser/.exec(line)
      if (found) resolve(found[1]!)
    })
    master.once('exit', code => reject(new Error(`the master ended with ${code}`)))
  })
}
