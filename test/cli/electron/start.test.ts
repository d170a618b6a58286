import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { announcedHolder } from '../../../main/host/lock.ts'
import type { LastRun } from '../../../main/host/state.ts'
import { builtCli } from '../../helpers/built-app.ts'
import { listenTo } from '../../helpers/child-words.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT, testEnvironment } from '../../helpers/master.ts'
import { eventually, isAlive, isGone, processesWith } from '../../helpers/processes.ts'

// `npm start` as far as it concerns Electron, with the double in its place. A socket that answers stands for a display.

const LIB = pathToFileURL(join(ROOT, 'scripts/lib.mjs')).href
const DOUBLE = join(ROOT, 'test/double/electron')
const NOBODY = 65_534

let cli: string | undefined
beforeAll(() => {
  cli = builtCli()
})

interface Started {
  readonly child: ChildProcess
  readonly dataDir: string
  readonly ended: Promise<number | null>
  said(): string
  until(pattern: RegExp): Promise<string>
  /** What the browser that stands for Chrome was opened with. */
  opened(): Promise<string>
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly electron?: string
  readonly uid?: number | undefined
}

/** Starts the app as start.mjs does, in a group of processes of its own, as a terminal has it. */
async function npmStart({ env = {}, electron = DOUBLE, uid }: StartOptions = {}): Promise<Started> {
  const folder = temporaryFolder('start')
  const [dataDir, home, bin, display, wrapper, browser] = [
    'data',
    'home',
    'bin',
    'wayland',
    'start.mjs',
    'browser',
  ].map(name => join(folder, name)) as [string, string, string, string, string, string]
  mkdirSync(home)
  mkdirSync(bin)
  writeFileSync(join(bin, 'chromium'), `#!/bin/sh\necho "$*" > '${browser}'\n`, { mode: 0o755 })
  const args = JSON.stringify([cli, '--data', dataDir])
  writeFileSync(
    wrapper,
    `import { run } from ${JSON.stringify(LIB)}; process.exit(await run(process.execPath, ${args}))`,
  )
  const server = createServer(socket => socket.destroy())
  await new Promise<void>(done => server.listen(display, done))
  later(() => server.close())
  if (uid !== undefined) {
    for (const path of [folder, home]) chownSync(path, uid, uid)
    chmodSync(display, 0o777)
    chmodSync(join(cli!, '../../..'), 0o755)
  }
  const child = spawn(process.execPath, [wrapper], {
    env: {
      ...testEnvironment(),
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      WAYLAND_DISPLAY: display,
      TRIPHAMMER_ELECTRON: electron,
      ELECTRON_DOUBLE_NODE: process.execPath,
      ELECTRON_DOUBLE_CHROMIUM: process.env.TRIPHAMMER_CHROMIUM ?? '/usr/bin/chromium',
      ...env,
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  const ended = new Promise<number | null>(done => child.once('exit', done))
  later(async () => {
    // Command lines are read byte by byte; the end of the folder's name is plain.
    for (const { pid } of processesWith(folder.slice(-6)))
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    await ended
  })
  return {
    child,
    dataDir,
    ended,
    ...listenTo(child),
    opened: () =>
      eventually(() => existsSync(browser) && readFileSync(browser, 'utf8'), 'the browser'),
  }
}

function lastRun(dataDir: string): LastRun | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8')).lastRun
  } catch {
    // It is not there yet.
    return undefined
  }
}

/** The app in Electron is up: the id of its process. */
function untilUp({ dataDir, child, said }: Started): Promise<number> {
  return eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`npm start has ended: ${said()}`)
      return announcedHolder(dataDir)?.pid
    },
    'the app',
    30_000,
  )
}

test('Ctrl+C at npm start reaches Electron as one signal, and the app stops in order', async () => {
  const app = await npmStart()
  const electron = await untilUp(app)

  process.kill(-app.child.pid!, 'SIGINT')

  expect(await app.ended).toBe(0)
  await isGone(electron)
  expect(lastRun(app.dataDir)).toMatchObject({ ending: 'clean' })
  expect(app.said()).toContain('stopping; Ctrl+C again ends it at once')
})

// Root is never given a sandbox, so root has another user start it.
test('where the system has no sandbox for Chromium, the window comes without one, and a signal to every process, as systemd sends it, stops it in order', async () => {
  const app = await npmStart({ env: { ELECTRON_DOUBLE_ABORT: '1' }, uid: ordinaryUser() })
  const electron = await untilUp(app)
  expect(app.said()).toMatch(/Starting (again )?without it/)

  process.kill(electron, 'SIGTERM')
  process.kill(-app.child.pid!, 'SIGTERM')

  expect(await app.ended).toBe(0)
  expect(lastRun(app.dataDir)).toMatchObject({ ending: 'clean' })
})

test('where Electron cannot run at all, the app opens in a browser, and a signal to the whole group stops that in order', async () => {
  const app = await npmStart({ env: { ELECTRON_DOUBLE_ABORT: 'always' } })
  await app.until(/open http\S+ in a browser/)

  expect(app.said()).toContain(
    'triphammer: Electron ended before it opened anything (SIGTRAP)\ntriphammer: the app opens in a browser instead\n',
  )
  expect(await app.opened()).toContain('--app=http://127.0.0.1:')
  process.kill(-app.child.pid!, 'SIGTERM')
  expect(await app.ended).toBe(0)
  expect(lastRun(app.dataDir)).toMatchObject({ ending: 'clean' })
})

function ordinaryUser(): number | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined
}
