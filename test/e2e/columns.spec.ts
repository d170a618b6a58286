import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { openHistory } from '../../main/master/db/history.ts'
import { MOST_BOXES } from '../../renderer/waterfall/nearest-boxes.ts'
import { makeHistory } from '../bench/history.ts'
import { type Light, labOf, lightOfBytes, seen, VISIONS, type Vision } from '../helpers/colour.ts'
import { ask, box } from './desk-helpers.ts'
import { axeFaults, walkBuilds } from './every-view.ts'
import { expect, ON, test } from './fixtures.ts'

const BUILDERS = 12
const LONG_TAG = 'x'.repeat(10_000)

/** Builders of three projects, of which each has built for a year. */
function aDesk(dataDir: string) {
  makeHistory(dataDir, 1200, BUILDERS, 5)
  const builders = Array.from(
    { length: BUILDERS },
    (_, i) =>
      `  - { name: builder-${i + 1}, project: ${'abc'[Math.floor(i / 4)]}, tags: [${i % 2 ? 'odd' : 'even'}${i === BUILDERS - 1 ? `, ${LONG_TAG}` : ''}], steps: [{ shell: ["true"] }] }\n`,
  )
  const projects = [...'abc'].map(name => `  - { name: ${name}, repository: ., poll: "off" }\n`)
  writeFileSync(
    join(dataDir, 'master.yml'),
    `projects:\n${projects.join('')}builders:\n${builders.join('')}`,
  )
}

test('columns are grouped, folded, pinned, moved, put away and filtered, and the address holds all of it', async ({
  serve,
  dataDir,
}) => {
  aDesk(dataDir)
  const { page } = await serve()
  await expect(box(page, 'builder-1, build 100, ')).toBeVisible()
  const before = await placesOf(page)
  expect(before.map(one => one.name)).toEqual(names(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))

  // Older pages come and go, and nothing moves sideways.
  await page.mouse.move(600, 500)
  await expect(async () => {
    await page.mouse.wheel(0, 5000)
    await expect(page).toHaveURL(/at=/, { timeout: 500 })
  }).toPass()
  await expect.poll(() => placesOf(page)).toEqual(before)
  await page.keyboard.press('Home')

  await page.getByRole('button', { name: 'b 4', exact: true }).click()
  await expect(head(page, 'project:b')).toHaveAttribute('title', /^b: \d/)
  await head(page, 'builder-3').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Pin to the left' }).click()
  await head(page, 'builder-9').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Archive' }).click()
  await head(page, 'builder-12').getByRole('link').focus()
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(page.getByText('builder-12 is column 7 of 8')).toBeVisible()
  await expect(head(page, 'builder-12').getByRole('link')).toBeFocused()
  const arranged = ['builder-3', ...names(1, 2, 4), 'project:b', ...names(10, 12, 11)]
  await expect.poll(async () => (await placesOf(page)).map(one => one.name)).toEqual(arranged)

  await page.keyboard.press('Escape')
  await page.keyboard.press('f')
  await expect(page.getByLabel('Filter columns')).toBeFocused()
  await page.keyboard.type('even')
  const filtered = ['builder-3', 'builder-1', 'project:b', 'builder-11']
  await expect.poll(async () => (await placesOf(page)).map(one => one.name)).toEqual(filtered)
  await expect(page).toHaveURL(/fold=b&pin=builder-3&order=.*&archive=builder-9&filter=even/)

  // Another browser, with nothing kept but that it is signed in, begins as this one was left.
  const link = page.url()
  const openAfresh = async (url: string) => {
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage))
        if (!/^triphammer (session|desk)/.test(key)) localStorage.removeItem(key)
    })
    await page.goto('about:blank')
    await page.goto(url)
  }
  await openAfresh(link.split('#')[0]!)
  await expect.poll(async () => (await placesOf(page)).map(one => one.name)).toEqual(filtered)
  // The address alone does as well.
  await ask(page, 'look:keep', { place: '/waterfall?columns=slaves' })
  await openAfresh(link)
  await expect.poll(async () => (await placesOf(page)).map(one => one.name)).toEqual(filtered)
  await page.getByLabel('Filter columns').press('Escape')
  await page.evaluate(() => {
    location.hash = '/waterfall?width=%E0%A4%A&columns=trees&order=&zoom=much&pin=nobody'
  })
  await expect.poll(() => placesOf(page)).toEqual(before)
})

test('columns are slaves, narrow heads show in whole, builds are compared, and a view has a name', async ({
  serve,
  dataDir,
}) => {
  aDesk(dataDir)
  const { page } = await serve()
  await expect(box(page, 'builder-1, build 100, ')).toBeVisible()
  await page.evaluate(() => {
    location.hash = '/waterfall?width=narrow'
  })
  const narrow = page.getByRole('link', { name: /^builder-2, / })
  await expect(narrow).toHaveCSS('width', '24px')
  expect(await axeFaults(page, ['target-size'])).toEqual([])
  await narrow.focus()
  await expect(page.locator('.head-peek')).toContainText('builder-2')
  await page.keyboard.press('Escape')
  await expect(page.locator('.head-peek')).toHaveCount(0)

  await page.keyboard.press('x')
  await expect(head(page, 'local')).toBeVisible()
  await page.keyboard.press('v')
  await expect(page.getByLabel('Name of this view')).toBeFocused()
  await page.getByLabel('Name of this view').fill('What slaves do')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Rename: What slaves do' })).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as a picture' }).click()
  const picture = readFileSync(await (await download).path())
  expect(picture.subarray(1, 4).toString()).toBe('PNG')
  // As large as what is seen, and not of one colour.
  const { width } = (await page.locator('.board').boundingBox())!
  expect([picture.readUInt32BE(16), picture.length > 10_000]).toEqual([Math.round(width), true])
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const saved = async (way: string) => {
    await page.keyboard.press('v')
    const made = page.waitForEvent('download')
    await page.getByRole('button', { name: way }).click()
    return readFileSync(await (await made).path(), 'utf8')
  }
  const svg = await saved('Save as SVG')
  // The head, and a tile of what the canvas is painted with.
  const parts = ['>local</text>', '<pattern id="tile-hatch"'].map(part => svg.includes(part))
  expect([svg.slice(0, 10), svg.slice(-7), ...parts]).toEqual([
    '<svg xmlns',
    '</svg>\n',
    true,
    true,
  ])
  const alone = await page.context().newPage()
  await alone.route('**', route => route.abort())
  await alone.setContent(await saved('Save as a page'))
  await expect(alone.getByRole('img', { name: /^The waterfall/ })).toBeVisible()
  await expect(alone.getByRole('row', { name: /^builder-1 #100 / })).toBeVisible()
  await expect(alone.locator('svg rect > title', { hasText: 'builder-1 #100' })).toHaveCount(1)
  expect(await axeFaults(alone)).toEqual([])
  await alone.close()
  await page.keyboard.press('x')
  await expect(narrow).toBeVisible()
  await page.evaluate(() => {
    location.hash = '/waterfall?group=tag'
  })
  await expect(page.getByRole('button', { name: LONG_TAG })).toBeVisible()
  // However long a text is, the browser is not asked for the place of each sign.
  const places = await page.evaluateHandle(() => {
    const asked = { times: 0 }
    const { getClientRects } = Range.prototype
    Range.prototype.getClientRects = function () {
      asked.times++
      return getClientRects.call(this)
    }
    return asked
  })
  expect(await saved('Save as SVG')).toContain('>xxx')
  expect((await places.jsonValue()).times).toBeLessThan(2000)
  await page.evaluate(() => {
    location.hash = '/waterfall?width=narrow'
  })
  await expect(narrow).toBeVisible()
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('button', { name: 'Author' }).click()
  await expect(page.locator('.tint-key li')).toHaveText(['Ann', 'several'])
  await page.keyboard.press('Escape')

  await page.evaluate(() => {
    location.hash = '/view/nobody'
  })
  await expect(page.getByText('There is no saved view “nobody”')).toBeVisible()
  const odd = '50%25 & #1? %E0%A4%A/…'
  await ask(page, 'views:save', { name: odd, place: '/waterfall?group=none', replace: false })
  await page.evaluate(
    path => {
      location.hash = path
    },
    `/view/${encodeURIComponent(odd)}`,
  )
  await expect(page).toHaveURL(/#\/waterfall\?group=none$/)
  await page.evaluate(() => {
    location.hash = '/view/What%20slaves%20do'
  })
  await expect(page).toHaveURL(/#\/waterfall\?columns=slaves&width=narrow$/)
  await box(page, 'builder-1, build 100, ').click({ modifiers: ['ControlOrMeta'] })
  await expect(page.getByText('builder-1 #100 is marked')).toBeVisible()
  await box(page, 'builder-12, build 100, ').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Compare with builder-1 #100' }).click()
  await expect(page).toHaveURL(/#\/compare\/builder-1:100\/builder-12:100$/)
})

test(`a saved view opens by its link, and in a window of its own${ON}`, async ({
  launch,
  dataDir,
}) => {
  aDesk(dataDir)
  const app = await launch()
  await expect(box(app.page, 'builder-1, build 100, ')).toBeVisible()
  const place = '/waterfall?columns=builders&filter=odd'
  await ask(app.page, 'views:save', { name: 'odd ones', place, replace: false })
  await app.app.evaluate(({ app }, url) => {
    app.emit('open-url', { preventDefault() {} }, url)
  }, 'triphammer://view/odd%20ones')
  await expect(head(app.page, 'builder-2')).toBeVisible()
  await expect(head(app.page, 'builder-1')).toHaveCount(0)

  const second = app.app.waitForEvent('window')
  await ask(app.page, 'window:open', { place: '/view/odd%20ones' })
  await expect(head(await second, 'builder-2')).toBeVisible()
})

function head(page: Page, name: string): Locator {
  return page.locator(`[data-column="${name}"]`)
}

function names(...numbers: readonly number[]): string[] {
  return numbers.map(n => `builder-${n}`)
}

/** The columns from left to right, with their place and width. */
function placesOf(page: Page): Promise<{ name: string; left: number; width: number }[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.head')]
      .map(one => ({
        name: one.dataset.column!,
        left: one.offsetLeft,
        width: one.offsetWidth,
      }))
      .sort((a, b) => a.left - b.left),
  )
}

const RESULTS = ['success', 'warnings', 'failure', 'skipped', 'exception', 'retry', 'cancelled']

test('every two results look different in grey and to whoever lacks a sort of cones, in both themes, and each of many builds is read aloud', async ({
  serve,
  dataDir,
}) => {
  aDesk(dataDir)
  // The last build of each of the first seven at the same time, of the same length: only the result differs.
  const db = openHistory(join(dataDir, 'history.sqlite'))
  const at = Date.now() - 3_600_000
  db.exec(`
    UPDATE builds SET results = builder_id - 1, started_at = ${at}, complete_at = ${at + 600_000}
      WHERE number = 100 AND builder_id <= 7;
    UPDATE steps SET started_at = ${at} + number * 150000, complete_at = ${at} + (number + 1) * 150000
      WHERE build_id IN (SELECT id FROM builds WHERE started_at = ${at});
    UPDATE steps SET results = (SELECT results FROM builds b WHERE b.id = build_id)
      WHERE number = 3 AND started_at = ${at + 450_000};
    UPDATE builds SET started_at = ${at} - (100 - number) * 900000, complete_at = ${at + 600_000} - (100 - number) * 900000
      WHERE number < 100 OR builder_id > 7;
  `)
  db.close()
  const { page } = await serve()
  const alike: string[] = []
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of ['comfortable', 'narrow']) {
      await page.emulateMedia({ colorScheme })
      await page.evaluate(to => {
        location.hash = to
      }, `/waterfall?width=${width}`)
      await expect(box(page, 'builder-7, build 100, ')).toBeVisible()
      await expect(page).toHaveURL(new RegExp(`width=${width}$`))
      const boxes = await pixelsOf(page, RESULTS.length)
      for (const vision of VISIONS) {
        const looks = boxes.map(data => asSeen(data, vision))
        for (const [a, b] of pairs(RESULTS.length))
          if (shareOfDifferent(looks[a]!, looks[b]!) < 0.05)
            alike.push(`${RESULTS[a]} and ${RESULTS[b]}, ${width}, ${colorScheme}, ${vision}`)
      }
    }
  expect(alike).toEqual([])

  // More than are in the page at a time, and in either half of the columns less.
  const lookAt = (filter: string) =>
    page.evaluate(to => {
      location.hash = to
    }, `/waterfall?width=narrow&zoom=0.5&filter=${filter}`)
  await lookAt('builder')
  await expect(page).toHaveURL(/filter=builder$/)
  await expect(page.locator('.column, .box')).toHaveCount(MOST_BOXES)
  const walked = await walkBuilds(page)
  const halves = new Set<string>()
  for (const [tag, other] of [
    ['odd', 1],
    ['even', 2],
  ] as const) {
    await lookAt(tag)
    await expect(head(page, `builder-${other}`)).toHaveCount(0)
    for (const name of await walkBuilds(page)) halves.add(name)
  }
  expect([...walked].toSorted()).toEqual([...halves].toSorted())
  expect(walked.size).toBeGreaterThan(MOST_BOXES)
})

/** What is painted of the build 100 of each builder: every pixel in four bytes. */
async function pixelsOf(page: Page, count: number): Promise<Uint8Array[]> {
  const found = await page.evaluate(count => {
    const canvas = document.querySelector<HTMLCanvasElement>('.board-sight canvas')!
    const ctx = canvas.getContext('2d')!
    const origin = canvas.getBoundingClientRect()
    return Array.from({ length: count }, (_, i) => {
      const own = document.querySelector(`[aria-label^="builder-${i + 1}, build 100, "]`)!
      const { left, top, width, height } = own.getBoundingClientRect()
      const [x, y] = [left - origin.left, top - origin.top].map(Math.round)
      const { data } = ctx.getImageData(x!, y!, Math.floor(width), Math.floor(height))
      // A list of so many numbers takes seconds to come over.
      return [...data].map(byte => String.fromCharCode(byte)).join('')
    })
  }, count)
  return found.map(text => Uint8Array.from(text, char => char.charCodeAt(0)))
}

/** Every other pixel, as it is seen. */
function asSeen(data: Uint8Array, vision: Vision): Light[] {
  const looks: Light[] = []
  for (let i = 0; i < data.length; i += 8)
    looks.push(labOf(seen(lightOfBytes(data[i]!, data[i + 1]!, data[i + 2]!), vision)))
  return looks
}

/** How much of two boxes that lie on each other is plainly different. */
function shareOfDifferent(a: readonly Light[], b: readonly Light[]): number {
  expect(a.length).toBe(b.length)
  const apart = ([l, x, y]: Light, i: number) =>
    Math.hypot(l - b[i]![0], x - b[i]![1], y - b[i]![2]) > 10
  return a.filter(apart).length / a.length
}

function pairs(count: number): [number, number][] {
  const all = Array.from({ length: count }, (_, i) => i)
  return all.flatMap(a => all.slice(a + 1).map((b): [number, number] => [a, b]))
}
