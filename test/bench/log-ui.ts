// npm run bench:ui -- logs: the two logs that are hardest to show, in a real Chromium: a gigabyte of
// short lines, and a gigabyte without a newline. Each figure beside its budget (design, section 10).
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../e2e/paths.ts'
import { hearEnds, type Rig, ROOT, residentBytes, slavesOnline, startRig } from './rig.ts'
import { printFigure } from './table.ts'
import { limit } from './window.ts'

const MIB = Number(process.argv[2] ?? 1024)
const SHAPES = {
  small: 'a small log',
  lines: `${MIB} MiB of short lines`,
  'one-line': `${MIB} MiB without a newline`,
}
const OPENINGS = 5
// How long a small log takes, here and now.
const bare: Record<string, number> = {}
const PROGRAM = join(ROOT, 'test/bench/shape.mjs')

const rig = await startRig(
  `builders:\n${Object.keys(SHAPES)
    .map(
      shape =>
        `  - { name: ${shape}, steps: [{ name: write, shell: [${JSON.stringify(process.execPath)}, ${JSON.stringify(PROGRAM)}, ${shape === 'small' ? 'lines' : shape}, "${shape === 'small' ? 1 : MIB}"] }] }\n`,
    )
    .join('')}`,
)
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS })
try {
  await slavesOnline(rig.client)
  for (const shape of Object.keys(SHAPES)) await write(rig, shape)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto((await rig.client.ticketUrl())!)
  await page.locator('.board').waitFor()
  for (const [shape, words] of Object.entries(SHAPES)) {
    process.stdout.write(`\n${words}\n`)
    await measure(page, rig, shape)
  }
} finally {
  await browser.close()
  await rig.stop()
  rmSync(rig.dataDir, { recursive: true, force: true })
}

async function write({ client, builderId }: Rig, builder: string): Promise<void> {
  const ends = await hearEnds(client)
  await client.request('build:force', {
    builderId: (await builderId(builder)) as never,
    branch: null,
    revision: null,
    reason: 'bench',
    properties: {},
  })
  await ends.until(1)
  ends.stop()
}

async function measure(page: Page, { client, pid }: Rig, builder: string): Promise<void> {
  const id = await client.request('build:byNumber', { builder, number: 1 })
  const [log] = (await client.request('build:details', id)).logs
  const last = log!.lineCount - 1
  const before = residentBytes(pid)
  const path = `#/builds/${builder}/1`

  const times: Record<string, number[]> = {}
  const take = async (what: string, wish: Wish) => {
    times[what] = [...(times[what] ?? []), await until(page, wish)]
  }
  for (let i = 0; i < OPENINGS; i++) {
    await page.evaluate(() => void (location.hash = '/slaves'))
    await page.locator('.log').waitFor({ state: 'detached' })
    await take('first lines', { hash: path, line: 2 })
    if (last > 100) {
      await take('jump to the end', { key: 'End', line: last })
      const middle = Math.floor((last * (i + 1)) / (OPENINGS + 1))
      const hash = `${path}?step=write&line=${middle + 1}`
      await take('jump to a link', { hash, line: middle })
    } else await take('jump to the end of the line', { click: 'Last part', line: 2 })
  }
  for (const [what, all] of Object.entries(times)) {
    const value = all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!
    bare[what] ??= value
    const most = what === 'first lines' ? 300 : 200
    const budget = { words: `at most ${most} ms`, kept: value <= most }
    printFigure({ what: `${what}, median`, value, unit: 'ms', limit: bare[what], budget })
  }
  const [nodes, tallest] = await page.evaluate(() => [
    document.querySelectorAll('.log *').length,
    Math.max(...[...document.querySelectorAll('.log *')].map(one => one.scrollHeight)),
  ])
  limit('elements in the page', nodes!, '', 2500)
  limit('tallest of them', tallest! / 1e6, 'M px', 33)
  limit('the master grew by', (residentBytes(pid) - before) / 1e6, 'MB', 50)

  const startedAt = performance.now()
  const query = { logId: log!.id, pattern: 'not in it', regex: false, ignoreCase: false, limit: 1 }
  for (let from: { line: number; byte: number } | null = { line: 0, byte: 0 }; from; )
    from = (await client.request('log:search', { ...query, from })).next
  const seconds = (performance.now() - startedAt) / 1000
  printFigure({ what: 'search through all of it', value: seconds, unit: 's' })
  const value = (residentBytes(pid) - before) / 1e6
  printFigure({ what: 'and the master has grown by', value, unit: 'MB' })
}

interface Wish {
  readonly hash?: string
  readonly key?: string
  readonly click?: string
  /** Whose text has to be there, or to be another one. */
  readonly line: number
}

/** How long it takes, in ms, until the text of a line is in the page. */
function until(page: Page, wish: Wish): Promise<number> {
  return page.evaluate(async ({ hash, key, click, line }) => {
    const text = () =>
      document.querySelector(`.log [data-line="${line}"] .log-text`)?.lastChild?.textContent ?? ''
    const before = click ? text() : ''
    const startedAt = performance.now()
    if (hash) location.hash = hash
    if (key) window.dispatchEvent(new KeyboardEvent('keydown', { key }))
    if (click) document.querySelector<HTMLElement>(`[aria-label="${click}"]`)!.click()
    while (text() === before) {
      if (performance.now() - startedAt > 20_000) throw new Error(`line ${line} did not come`)
      await new Promise(done => requestAnimationFrame(done))
    }
    return performance.now() - startedAt
  }, wish)
}
