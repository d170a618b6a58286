import { Application } from './application.ts'
import { expect, ON, test } from './fixtures.ts'

// The fixture itself, whose interface people know from Spectron.

test(`an application is started, asked and stopped${ON}`, async ({ launch, dataDir }) => {
  const application = await launch()
  const { client, electron, mainProcess, webContents, browserWindow } = application

  expect(application.isRunning()).toBe(true)
  expect(application.getSettings()).toMatchObject({ waitTimeout: 5000, quitTimeout: 12_000 })
  expect(await electron.app!.getPath!('userData')).toBe(dataDir)
  expect(await mainProcess.versions!.node!()).toMatch(/^24\./)
  expect(await mainProcess.cwd!()).toBe(process.cwd())
  expect(await webContents.getURL!()).toMatch(/^app:\/\/triphammer\//)
  expect(await webContents.executeJavaScript!('1 + 1')).toBe(2)
  expect(await browserWindow.capturePage!()).toBeInstanceOf(Buffer)
  await client.waitUntilTextExists('body', 'Triphammer')
  expect(await client.getSelectedText()).toBe('')
  expect(await client.auditAccessibility()).toMatchObject({ failed: false, message: '' })

  await application.page.evaluate(() => console.warn('said by the page'))
  await expect
    .poll(async () => (await client.getRenderProcessLogs()).map(({ message }) => message))
    .toContain('said by the page')
  await application.app.evaluate(() => console.log('said by the main process'))
  await expect.poll(() => client.getMainProcessLogs()).toContain('said by the main process')
  expect(await client.getMainProcessLogs()).not.toContain('said by the main process')

  await application.stop()
  expect(application.isRunning()).toBe(false)
  await expect(application.stop()).rejects.toThrow('Application not running')
})

test('what is no program is not started', async () => {
  await expect(new Application({ path: '/nowhere/electron' }).start()).rejects.toThrow(
    '/nowhere/electron is not a file',
  )
})
