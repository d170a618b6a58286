// Starts an app as the Electron executable does: electron [switches] [-r module] <app> [arguments].
import childProcess from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import inspector from 'node:inspector'
import { createRequire, registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { extractAll } from '@electron/asar'
import { app } from './app.ts'
import { runtime } from './runtime.ts'
import { start, takeSignals, watchProcess } from './start.ts'

const VERSION = '45.4.1'
const electronUrl = new URL('./electron.ts', import.meta.url).href
registerHooks({
  resolve: (name, context, next) =>
    name === 'electron' || name === 'electron/main'
      ? { url: electronUrl, shortCircuit: true }
      : next(name, context),
})

const args = process.argv.slice(2)
const packaged = process.env.ELECTRON_DOUBLE_PACKAGED
delete process.env.ELECTRON_DOUBLE_PACKAGED
const { target, modules } = readArguments()
if (process.env.ELECTRON_DOUBLE_ABORT) await abort()
becomeElectron()
openInspector()
const entry = findEntry(packaged === undefined ? resolve(target!) : unpackApp(packaged))
addToEnvironment()
watchProcess()
const require = createRequire(import.meta.url)
for (const name of modules) require(resolve(name))

let loaded = false
process.once('beforeExit', () => {
  if (!loaded)
    console.error(
      'electron double: the entry module never finished. Something in it waits for the app to be ready, and `ready` waits for the entry module.',
    )
})
try {
  await import(pathToFileURL(entry).href)
  loaded = true
  takeSignals()
  await start()
} catch (error) {
  console.error('App threw an error during load\n', error)
  process.exit(1)
}

// Chromium reads its switches wherever they stand; the app is the first that is none.
function readArguments(): { target: string | undefined; modules: readonly string[] } {
  const modules: string[] = []
  let target: string | undefined
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    const [, name, value] = /^--([^=]+)=?(.*)$/.exec(arg) ?? []
    if (name !== undefined) runtime.switches.set(name, value!)
    else if (target === undefined && arg === '-r') modules.push(args[++i]!)
    else if (packaged === undefined) target ??= arg
  }
  if (target !== undefined || packaged !== undefined) return { target, modules }
  console.error('electron double: no app was given')
  process.exit(1)
}

/**
 * Without a sandbox to be had Chromium logs a fatal error and traps, before anything of the app is loaded
 * (setuid_sandbox_host.cc). Told `always`, it does so whatever it was started with, as other faults of a system make it.
 */
async function abort(): Promise<void> {
  const always = process.env.ELECTRON_DOUBLE_ABORT === 'always'
  if (!always && runtime.switches.has('no-sandbox')) return
  process.stderr.write(
    `[${process.pid}:FATAL:setuid_sandbox_host.cc] electron double: this system has no sandbox for Chromium\n`,
  )
  process.kill(process.pid, 'SIGTRAP')
  // The signal may take a moment.
  await new Promise(() => {})
}

function becomeElectron() {
  process.execPath = process.env.ELECTRON_DOUBLE_EXEC!
  process.argv = [process.execPath, ...args]
  const set = (object: object, name: string, value: unknown) =>
    Object.defineProperty(object, name, { value, enumerable: true })
  set(process, 'type', 'browser')
  if (packaged === undefined) set(process, 'defaultApp', true)
  // The program for helpers; on macOS it is another one (OnNodePreload in node_bindings.cc).
  set(process, 'helperExecPath', process.execPath)
  set(process, 'resourcesPath', packaged ?? dirname(process.execPath))
  set(process.versions, 'electron', VERSION)
  set(process.versions, 'chrome', '156.0.0.0')
  // Electron's children of the main process are plain Node.
  const { fork } = childProcess
  childProcess.fork = ((file: string, argv: readonly string[] = [], options: object = {}) => {
    const { env = process.env } = options as { env?: NodeJS.ProcessEnv }
    return fork(file, argv, { ...options, env: { ...env, ELECTRON_RUN_AS_NODE: '1' } })
  }) as typeof fork
}

// What starts from here is told which desktop file is ours (lib/browser/init.ts, app.setDesktopName).
function addToEnvironment() {
  if (process.platform !== 'linux') return
  const { desktopName } = runtime.packageJson
  process.env.CHROME_DESKTOP = desktopName ?? `${app.getName()}.desktop`
}

// Prints the line by which Playwright finds it.
function openInspector() {
  const port = runtime.switches.get('inspect') ?? runtime.switches.get('inspect-brk')
  if (port !== undefined)
    inspector.open(Number(port) || 0, '127.0.0.1', runtime.switches.has('inspect-brk'))
}

// Electron reads files in the archive as if it were a folder; here it is one, for as long as the app runs.
function unpackApp(resources: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'electron-double-app-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'app.asar')
  extractAll(join(resources, 'app.asar'), path)
  app.isPackaged = true
  return path
}

function findEntry(path: string): string {
  if (!statSync(path).isDirectory()) {
    runtime.appPath = dirname(path)
    return path
  }
  runtime.appPath = path
  runtime.packageJson = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  return join(path, runtime.packageJson.main ?? 'index.js')
}
