import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { ElectronUpdater } from '../../../main/app/electron-updater.ts'
import type { AppPort } from '../../../main/app/ports.ts'
import { openUpdater } from '../../../main/app/update/open-updater.ts'

// MacUpdater of electron-updater 6.8.10 in what it does with Squirrel: it passes its errors on, and
// asks it for nothing before `quitAndInstall` while `autoInstallOnAppQuit` is off.
class MacUpdater extends EventEmitter {
  readonly nativeUpdater = Object.assign(new EventEmitter(), {
    asked: 0,
    checkForUpdates: () => {
      this.nativeUpdater.asked++
      this.answer()
    },
  })
  readonly httpExecutor = { createRequest: () => {} }
  answer = () => {}
  downloads = () => {}

  constructor() {
    super()
    this.nativeUpdater.on('error', error => this.emit('error', error))
  }

  async checkForUpdates() {
    return {
      isUpdateAvailable: true,
      updateInfo: { version: '1.1.0', files: [{ url: 'a.zip', sha512: 'x', size: 3 }] },
    }
  }

  async downloadUpdate() {
    this.downloads()
  }
}

async function onMac() {
  const updater = new MacUpdater()
  const port = await openUpdater({
    app: {} as AppPort,
    load: async () => ({ updater, createToken: () => ({}) }) as unknown as ElectronUpdater,
    keptFolder: '/nowhere',
    log: () => {},
    platform: 'darwin',
  })
  await port.check('latest')
  return { updater, port }
}

test('Squirrel takes and verifies an update before anything is stopped', async () => {
  const { updater, port } = await onMac()
  updater.answer = () => setImmediate(() => updater.nativeUpdater.emit('update-downloaded'))

  await port.download(() => {})
  const before = updater.nativeUpdater.asked
  await port.verify()

  expect({ before, after: updater.nativeUpdater.asked }).toEqual({ before: 0, after: 1 })
})

test('what Squirrel refuses is told with its reason', async () => {
  const { updater, port } = await onMac()
  updater.answer = () =>
    setImmediate(() => updater.nativeUpdater.emit('error', new Error('invalid signature')))

  await port.download(() => {})

  await expect(port.verify()).rejects.toThrow('macOS does not take this update: invalid signature')
})

test('an app without a signature is told at its download, where Squirrel only emits', async () => {
  const { updater, port } = await onMac()
  updater.downloads = () =>
    updater.nativeUpdater.emit('error', new Error('Could not get code signature'))

  await expect(port.download(() => {})).rejects.toThrow('Could not get code signature')
})
