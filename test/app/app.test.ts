import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startApp } from '../../main/app/app.ts'
import type { ElectronPorts } from '../../main/app/ports.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { FakeApp } from './fake-electron.ts'

// What `app.on` and the rest would do comes after what is tested here, and must not be reached.
function fakeElectron(isFirst: boolean) {
  const did: string[] = []
  const paths: Record<string, string> = {}
  const ports = {
    app: {
      getPath: () => '/nowhere',
      setName: () => {},
      setPath: (name: string, path: string) => (paths[name] = path),
      requestSingleInstanceLock(data: unknown) {
        did.push(`lock ${JSON.stringify(data)}`)
        return isFirst
      },
      quit: () => did.push('quit'),
      exit: (code: number) => did.push(`exit ${code}`),
    },
    dialog: { showErrorBox: (title: string) => did.push(`tell ${title}`) },
  }
  return { did, paths, electron: ports as unknown as ElectronPorts }
}

const { argv } = process
let folder: string

beforeEach(() => {
  folder = temporaryFolder('app')
  process.argv = ['electron', '.', `--data=${join(folder, 'desk')}`, '--add=git@example.org:calc']
})
afterEach(() => {
  process.argv = argv
})

test('whoever is second tells the first, and leaves before it opens anything', () => {
  const { electron, did } = fakeElectron(false)

  startApp(electron)

  expect(did).toEqual(['lock {"repository":"git@example.org:calc"}', 'quit'])
  expect(readdirSync(join(folder, 'desk'))).toEqual(['browser'])
})

test("Chromium's own files are kept apart from history", () => {
  const { electron, paths } = fakeElectron(false)

  startApp(electron)

  const desk = join(folder, 'desk')
  expect(paths).toEqual({
    userData: desk,
    sessionData: join(desk, 'browser'),
    crashDumps: join(desk, 'browser', 'Crashpad'),
  })
})

test('a data directory that can not be is told, and nothing begins', () => {
  writeFileSync(join(folder, 'desk'), 'a file')
  const { electron, did } = fakeElectron(true)

  startApp(electron)

  expect(did).toEqual(['tell Triphammer can not start', 'exit 1'])
})

test('an app that is asked for while it leaves comes back, with what it was asked to add', async () => {
  restoreListeners()
  const relaunched: object[] = []
  const app = Object.assign(new FakeApp(), {
    commandLine: { hasSwitch: () => true },
    enableSandbox: () => {
      throw new Error('--no-sandbox was given')
    },
    getPath: () => '/nowhere',
    setName: () => {},
    setPath: () => {},
    requestSingleInstanceLock: () => true,
    // It leaves before there is anything to see.
    whenReady: () => new Promise(() => {}),
    relaunch: (options: object) => relaunched.push(options),
  })
  const electron = {
    app,
    dialog: {},
    protocol: { registerSchemesAsPrivileged: () => {} },
    createStore: () => ({ get: () => undefined, set: () => {} }),
  }
  startApp(electron as unknown as ElectronPorts)

  app.quit()
  app.emit('second-instance', {}, [], '/', { repository: '/srv/other' })
  app.emit('second-instance', {}, [], '/', null)
  await expect.poll(() => app.exitCode, { timeout: 10_000 }).toBe(0)

  const desk = join(folder, 'desk')
  expect(relaunched).toEqual([{ args: ['.', `--data=${desk}`, '--add=/srv/other'] }])
  expect(readFileSync(join(desk, 'app.log'), 'utf8')).toMatch(/stopping \(user\).*desktop stops/s)
})

// The app listens to what goes wrong in its process, which is ours here.
function restoreListeners() {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    const before = process.listeners(event as 'uncaughtException')
    later(() => {
      for (const listener of process.listeners(event as 'uncaughtException'))
        if (!before.includes(listener)) process.off(event, listener)
    })
  }
}
