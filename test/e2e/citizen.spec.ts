import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Application } from './application.ts'
import { expect, ON, onlyOnDouble, test } from './fixtures.ts'

const CONFIG = `builders:
  - { name: calc, steps: [{ name: look, shell: "test ! -e '{flag}'" }] }
  - { name: slow, steps: [{ shell: "until [ -e '{go}' ]; do sleep 0.05; done" }] }
`

interface Screen {
  readonly tip: string
  readonly items: readonly string[]
  readonly badge: number
  readonly notices: readonly string[]
  readonly progress: number
  readonly awake: number
}

/** What would be on the screen outside of the window; the double tells. */
function screenOf({ app }: Application): Promise<Screen> {
  return app.evaluate(electron => {
    const { Tray, Notification, app, BrowserWindow, powerSaveBlocker } = electron as never as {
      Tray: { all: { toolTip: string; menu: { items: { label: string }[] } }[] }
      Notification: { shown: { options: { title: string } }[] }
      app: { badge: number }
      BrowserWindow: { getAllWindows(): { progress: number }[] }
      powerSaveBlocker: { started: number }
    }
    const [tray] = Tray.all
    return {
      tip: tray?.toolTip ?? '',
      items: tray?.menu.items.map(item => item.label) ?? [],
      badge: app.badge,
      notices: Notification.shown.map(one => one.options.title),
      progress: BrowserWindow.getAllWindows()[0]?.progress ?? -1,
      awake: powerSaveBlocker.started,
    }
  })
}

test(`the tray, the badge, the dock and notifications tell how the desk stands${ON}`, async ({
  launch,
  home,
  dataDir,
  cli,
}) => {
  onlyOnDouble('Electron does not tell what is in the tray, on the badge and in notifications')
  mkdirSync(dataDir)
  const flag = join(home, 'broken')
  const go = join(home, 'go')
  const config = CONFIG.replace('{flag}', flag).replace('{go}', go)
  writeFileSync(join(dataDir, 'master.yml'), config)
  const app = await launch()

  await cli('force', 'calc', '--wait')
  await expect.poll(() => screenOf(app)).toMatchObject({ badge: 0, progress: -1, notices: [] })
  writeFileSync(flag, '')
  await cli('force', 'calc', '--wait')
  await expect
    .poll(() => screenOf(app))
    .toMatchObject({
      tip: 'Triphammer: 1 red: calc',
      badge: 1,
      notices: ['calc #2 failed'],
      items: expect.arrayContaining(['calc #2: failed in look: exit status 1']),
    })

  const slow = cli('force', 'slow', '--wait')
  await expect.poll(() => screenOf(app)).toMatchObject({ progress: 2, awake: 1 })
  // A click on the notification opens the build.
  await app.app.evaluate(electron => {
    const { Notification } = electron as never as {
      Notification: { shown: { emit(event: string): void }[] }
    }
    Notification.shown[0]!.emit('click')
  })
  await expect(app.page.getByRole('heading', { name: 'calc' })).toBeVisible()
  writeFileSync(go, '')
  await slow
  await expect.poll(() => screenOf(app)).toMatchObject({ progress: -1, awake: 0 })
})

test(`a link of ours leads to its place, and a foreign one nowhere${ON}`, async ({ launch }) => {
  const app = await launch()
  const open = (url: string) =>
    app.app.evaluate(({ app }, url) => {
      app.emit('open-url', { preventDefault() {} }, url)
    }, url)

  await open('triphammer://slaves/local')
  await expect(app.page).toHaveURL(/#\/slaves\/local$/)
  await open('https://example.org/')
  await open('triphammer://settings')
  await expect(app.page).toHaveURL(/#\/settings$/)
})

test(`the settings say what the desktop does, and change it${ON}`, async ({ launch }) => {
  onlyOnDouble('Electron does not tell what is in the tray')
  const app = await launch()
  await app.page.evaluate(() => {
    location.hash = '#/settings'
  })

  await app.page.getByLabel('Show an item in the tray').uncheck()
  await expect.poll(async () => (await screenOf(app)).tip).toBe('')
  await app.page.getByLabel('Show an item in the tray').check()
  await expect.poll(async () => (await screenOf(app)).tip).toContain('Triphammer: ')
})

test(`diagnostics are copied, and a second window shows the same desk${ON}`, async ({ launch }) => {
  const app = await launch()
  const click = (id: string) =>
    app.app.evaluate(({ Menu }, id) => Menu.getApplicationMenu()!.getMenuItemById(id)!.click(), id)

  await click('diagnostics')
  const text = await app.app.evaluate(({ clipboard }) => clipboard.readText())
  expect(text).toMatch(/^Triphammer \d.*\(desktop\)\nElectron 45/)
  expect(text).toContain('slave local: local, ')
  const second = app.app.waitForEvent('window')
  await click('new-window')
  await expect((await second).getByRole('main')).toBeVisible()
  await click('whats-new')
  await expect((await second).getByRole('heading', { name: 'What’s new' })).toBeVisible()
})
