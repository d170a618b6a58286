import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { scrubEnvironment } from '../../slave/environment.ts'
import { listenTo } from '../helpers/child-words.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT, testEnvironment } from '../helpers/master.ts'

// Rules of Electron's process that the double keeps, each with the place of Electron that states it.

interface Facts {
  readonly helper: string
  readonly exec: string
  readonly env: Readonly<Record<string, string>>
}

function start(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(file, args, {
    env: { ...testEnvironment(), ELECTRON_DOUBLE_NODE: process.execPath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  later(() => child.kill('SIGKILL'))
  return child
}

/** Runs an app on the double whose entry is `code`, to its end. */
async function runApp(
  code: string,
  {
    args = [],
    env = {},
  }: { args?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
) {
  const app = join(temporaryFolder('app'), 'app')
  mkdirSync(app)
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ name: 'small', main: 'main.mjs', desktopName: 'org.small.desktop' }),
  )
  writeFileSync(join(app, 'main.mjs'), code)
  const child = start(join(ROOT, 'test/double/electron'), [...args, app], env)
  const { said } = listenTo(child)
  const [code_, signal] = await once(child, 'close')
  return { code: code_, signal, said: said() }
}

const TELL = `process.stdout.write(JSON.stringify({
  helper: process.helperExecPath, exec: process.execPath, env: process.env }), () => process.exit(0))
await new Promise(() => {})`

test('helpers have a program of their own name, which on Linux is Electron itself (OnNodePreload, node_bindings.cc)', async () => {
  const { said } = await runApp(TELL)

  const { helper, exec } = JSON.parse(said) as Facts
  expect(helper).toBe(exec)
})

test('what Electron adds to its environment is there, and is kept from builds (app.setDesktopName, lib/browser/init.ts)', async () => {
  const { said } = await runApp(TELL)

  const { env } = JSON.parse(said) as Facts
  expect(env.CHROME_DESKTOP).toBe('org.small.desktop')
  const {
    PWD: _pwd,
    OLDPWD: _oldpwd,
    _: _name,
    SHLVL: _level,
    ...left
  } = scrubEnvironment(env, ROOT)
  expect(left).toEqual(scrubEnvironment(testEnvironment(), ROOT))
})

test('without a sandbox to be had it traps before the app is loaded, unless it is started without one (setuid_sandbox_host.cc)', async () => {
  const env = { ELECTRON_DOUBLE_ABORT: '1' }
  const sandboxed = await runApp(TELL, { env })
  const free = await runApp(TELL, { env, args: ['--no-sandbox'] })

  expect(sandboxed).toEqual({
    code: null,
    signal: 'SIGTRAP',
    said: expect.stringMatching(/^\[\d+:FATAL:setuid_sandbox_host/),
  })
  expect(free).toMatchObject({ code: 0, signal: null })
})

/** A process that has taken the signals over as the double does, and vetoes each quit. */
async function signalled() {
  const module = (name: string) =>
    JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href)
  const script = `
    import { app } from ${module('app.ts')}
    import { takeSignals } from ${module('start.ts')}
    let asked = 0
    app.on('before-quit', event => { event.preventDefault(); console.log('asked ' + ++asked) })
    takeSignals()
    setInterval(() => {}, 1000)
    console.log('ready')`
  const child = start(process.execPath, ['--input-type=module', '-e', script])
  const { said, until } = listenTo(child)
  await until(/ready/)
  return { child, said, until }
}

test('a second signal of one kind kills (GracefulShutdownHandler, electron_browser_main_parts_posix.cc)', async () => {
  const { child, until } = await signalled()
  child.kill('SIGINT')
  await until(/asked 1/)

  child.kill('SIGINT')

  expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
})

test('after the first signal one of another kind is heard by nobody (ShutdownDetector, the same file)', async () => {
  const { child, said, until } = await signalled()
  child.kill('SIGTERM')
  await until(/asked 1/)

  child.kill('SIGINT')
  child.kill('SIGHUP')
  child.kill('SIGTERM')

  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  expect(said()).not.toContain('asked 2')
})
