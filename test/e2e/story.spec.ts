import type { Page } from '@playwright/test'
import { box, untilBuild } from './desk-helpers.ts'
import { expect, ON, test } from './fixtures.ts'
import { BAD_SOURCE, GOOD_SOURCE, makeSample } from './sample.ts'

/** The window of either shell, and how to kill what is behind it and start it again. */
interface Shell {
  readonly page: Page
  killAndStartAgain(): Promise<Page>
}

test('a folder becomes a green build, a mistake a red one, and a kill loses nothing', async ({
  serve,
  home,
}) => {
  test.setTimeout(90_000)
  const served = await serve()
  await story(home, {
    page: served.page,
    async killAndStartAgain() {
      const gone = new Promise(resolve => served.process.once('exit', resolve))
      served.process.kill('SIGKILL')
      await gone
      await expect(served.page.getByRole('alert')).toContainText('can’t be reached')
      return (await serve()).page
    },
  })
})

test(`a folder becomes a green build, a mistake a red one, and a kill loses nothing${ON}`, async ({
  launch,
  home,
}) => {
  test.setTimeout(90_000)
  const application = await launch()
  await story(home, {
    page: application.page,
    async killAndStartAgain() {
      const gone = application.exited
      process.kill(application.pid, 'SIGKILL')
      await gone
      await application.start()
      return application.page
    },
  })
})

async function story(home: string, shell: Shell): Promise<void> {
  // Names that trip what was not written for them.
  const sample = makeSample(`${home}/Mira’s 計算機 projects/calc`)
  let { page } = shell

  await expect(page.getByRole('heading', { name: 'Build a repository' })).toBeVisible()
  await page.getByRole('textbox', { name: /Path/ }).fill(sample.path)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Proposed build for calc' })).toBeVisible()
  await expect(page.getByLabel('master.yml as it would be')).toContainText('- test: npm test')
  await page.getByRole('button', { name: 'Save and build' }).click()

  await expect(box(page, 'calc, build 1, succeeded')).toBeVisible({ timeout: 20_000 })

  sample.commit('Negate faster', BAD_SOURCE)
  await expect(box(page, 'calc, build 2, failed in step test')).toBeVisible({ timeout: 20_000 })
  await expect(page.getByRole('button', { name: /Negate faster/ })).toBeVisible()
  await box(page, 'calc, build 2').click()
  await expect(page.getByLabel('Picked build')).toContainText('1 of 2 tests failed')
  await page.keyboard.press('b')
  await expect(page.getByRole('status')).toContainText(/the only change between #1 and #2 is/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'calc #2' })).toBeVisible()
  await expect(page.getByLabel('Lines of the log')).toContainText('not ok 1 - negates a number')

  sample.commit('Negate again', GOOD_SOURCE)
  await page.goBack()
  await expect(box(page, 'calc, build 3, succeeded')).toBeVisible({ timeout: 20_000 })

  // A build that is still at work when everything behind the window is killed.
  sample.commit('Take long', {
    'build.js':
      "console.log('begun'); await new Promise(done => setTimeout(done, process.env.FAST ? 0 : 60_000))\n",
  })
  await untilBuild(page, { complete: false, state: 'build' })
  page = await shell.killAndStartAgain()

  // Its slave outlived the master and did not stop.
  await expect(box(page, 'calc, build 4, running')).toBeVisible()
  await untilBuild(page, { complete: false, state: 'build' })
  for (const was of ['build 1, succeeded', 'build 2, failed in step test', 'build 3, succeeded'])
    await expect(box(page, `calc, ${was}`)).toBeVisible()
  await expect(page.getByRole('button', { name: /Negate faster/ })).toBeVisible()
  await box(page, 'calc, build 2').click()
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Lines of the log')).toContainText('not ok 1 - negates a number')

  // The build that has seen two masters is ended like any other.
  await page.goBack()
  await box(page, 'calc, build 4').click()
  await page.getByLabel('Picked build').getByRole('button', { name: 'Stop' }).click()
  await expect(box(page, 'calc, build 4, stopped')).toBeVisible({ timeout: 12_000 })
}
