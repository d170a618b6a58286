import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyConfig, makeHistory } from '../bench/history.ts'
import { ask, box } from './desk-helpers.ts'
import { expect, test } from './fixtures.ts'

const BUILDERS = 6

test('time on the waterfall: three axes, days, marks, changes, a span, and what is to come', async ({
  serve,
  dataDir,
  context,
}) => {
  const asked: { channel: string; args: readonly unknown[] }[] = []
  context.on('page', page =>
    page.on('websocket', socket =>
      socket.on('framesent', ({ payload }) => asked.push(JSON.parse(String(payload)))),
    ),
  )
  makeHistory(dataDir, 3000, BUILDERS, 5)
  writeFileSync(
    join(dataDir, 'master.yml'),
    `${historyConfig(BUILDERS)}schedulers:\n  - { name: nightly, kind: nightly, cron: "0 3 * * *", builders: [builder-2] }\n`,
  )
  const { page } = await serve()
  const hash = () => page.evaluate(() => location.hash)
  await expect(box(page, 'builder-1, build 500, ')).toBeVisible()

  await test.step('what is planned and what waits stands above the now line, and says why', async () => {
    const nightly = page.locator('.waiting', { hasText: 'nightly' })
    await expect(nightly).toHaveAttribute(
      'title',
      /scheduled by nightly\nPlanned for .*\nTakes about/,
    )
    await ask(page, 'slave:pause', { name: 'local', reason: 'system updates', until: null })
    const { builders } = await ask(page, 'desk:snapshot')
    const order = { branch: null, revision: null, reason: '', properties: {} }
    await ask(page, 'build:force', { builderId: builders[2]!.id, ...order })
    const waiting = page.locator('.waiting', { hasText: 'local is paused' })
    await expect(waiting).toHaveAttribute('title', /Waits since .*system updates\nNobody can say/)
  })

  await test.step('events are marked, and each kind can be switched off', async () => {
    const pause = page.getByRole('img', { name: /slave local paused: system updates/ })
    await expect(pause).toBeVisible()
    await page.getByRole('button', { name: 'Marks' }).click()
    await page.getByRole('checkbox', { name: 'Slaves' }).click()
    await expect(pause).toHaveCount(0)
    await page.keyboard.press('Escape')
    await expect.poll(hash).toBe('#/waterfall?hide=slaves')
  })

  await test.step('m goes through the axes, which are in the link', async () => {
    await page.locator('#waterfall-board').focus()
    for (const link of ['?axis=events&hide=slaves', '?axis=linear&hide=slaves', '?hide=slaves']) {
      await page.keyboard.press('m')
      await expect.poll(hash).toBe(`#/waterfall${link}`)
    }
    await expect(box(page, 'builder-1, build 500, ')).toBeVisible()
  })

  await test.step('pointing at a change says how many builds hold it', async () => {
    const change = page.getByRole('button', { name: 'change 2999' })
    await change.hover()
    await expect(change).toContainText('in 1 build')
    await expect(page.locator('.box.lit')).toHaveCount(1)
  })

  await test.step('a drag with Shift sums up, and picks no build', async () => {
    const [top, foot] = await Promise.all([
      box(page, 'builder-1, build 500, ').boundingBox(),
      box(page, 'builder-5, build 500, ').boundingBox(),
    ])
    await page.keyboard.down('Shift')
    await page.mouse.move(top!.x + 400, top!.y - 4)
    await page.mouse.down()
    await page.mouse.move(top!.x + 400, foot!.y + foot!.height + 4, { steps: 3 })
    await page.mouse.up()
    await page.keyboard.up('Shift')
    const summary = page.getByRole('dialog', { name: 'Summary of a span of time' })
    await expect(summary).toContainText('3 builds, 0 failed, median')
    await expect(page.locator('.box.selected')).toHaveCount(0)
    await page.keyboard.press('Escape')
    await expect(summary).toHaveCount(0)
  })

  await test.step('far out there are days, and a click goes into one', async () => {
    await page.locator('#waterfall-board').focus()
    for (let i = 0; i < 8; i++) await page.keyboard.press('-')
    await expect(page.locator('.column [role=cell]').first()).toContainText(/\d builds, \d+ failed/)
    await expect(page.locator('.box')).toHaveCount(0)
    // While nothing is built, no stretch of days is asked for twice.
    const stretches = asked.filter(one => one.channel === 'history:days').map(one => one.args)
    expect(stretches).toEqual([
      ...new Map(stretches.map(one => [JSON.stringify(one), one])).values(),
    ])
    const column = (await page.locator('.column').nth(1).boundingBox())!
    await page.mouse.move(column.x + 30, 640)
    await expect(page.locator('.day-peek')).toContainText('builder-2')
    await page.mouse.click(column.x + 30, 640)
    await expect(page.locator('.box').first()).toBeVisible()
    await expect
      .poll(hash)
      .toMatch(/^#\/waterfall\?hide=slaves&at=|^#\/waterfall\?at=.*hide=slaves/)
  })
})
