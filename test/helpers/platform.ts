import nodeFs, { chmodSync, writeFileSync } from 'node:fs'
import nodeOs from 'node:os'
import nodePath from 'node:path'
import { vi } from 'vitest'
import { later } from './cleanup.ts'
import { plainFolder } from './folders.ts'
// Modules that are loaded anew for another system must not be met by other test files.
import './with-processes.ts'

/**
 * Until the test is over `process.platform` names another system, and what is imported from now on is
 * loaded anew for it: with its `process.platform` at load time, and on Windows with its `node:path`.
 *
 * Node itself stays that of this machine, so this shows what our code decides, and what it hands to the
 * system, but never what that system does with it.
 */
export function beOn(platform: 'win32' | 'darwin' | 'freebsd'): void {
  const own = process.platform
  set(platform)
  vi.resetModules()
  if (platform === 'win32') {
    const { win32 } = nodePath
    vi.doMock('node:path', () => ({ ...win32, default: win32 }))
  }
  later(() => {
    set(own)
    vi.doUnmock('node:path')
    vi.resetModules()
  })
}

function set(platform: NodeJS.Platform) {
  Object.defineProperty(process, 'platform', { value: platform, configurable: true })
}

/**
 * Puts programs of another system in front of the PATH until the test is over, each as a script of
 * `/bin/sh`, or of Node where it begins with `#!node`. Returns their folder.
 */
export function standIns(programs: Readonly<Record<string, string>>): string {
  const folder = plainFolder('stand-ins')
  for (const [name, script] of Object.entries(programs)) {
    const file = nodePath.posix.join(folder, name)
    const text = script.startsWith('#!node')
      ? script.replace('#!node', `#!${process.execPath}`)
      : `#!/bin/sh\n${script}\n`
    writeFileSync(file, text)
    chmodSync(file, 0o755)
  }
  setVariable('PATH', `${folder}:${process.env.PATH}`)
  return folder
}

/** Sets a variable of this process, or takes it away, until the test is over. */
export function setVariable(name: string, value: string | undefined): void {
  const before = process.env[name]
  put(name, value)
  later(() => put(name, before))
}

function put(name: string, value: string | undefined) {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

/** What our code asks of files with one path, which it gives first. */
const BY_PATH = [
  'accessSync',
  'existsSync',
  'mkdirSync',
  'mkdtempSync',
  'readFileSync',
  'realpathSync',
  'rmSync',
  'statSync',
  'writeFileSync',
] as const

/**
 * Gives code that is imported after {@link beOn} a drive C:, which is a folder of this machine with these
 * files in it, and C:\\Temp for what is temporary. Names do not mind case. Returns the text of a file there, `undefined` where there is none.
 */
export function driveC(files: readonly string[]): (path: string) => string | undefined {
  const root = plainFolder('drive')
  const here = (path: unknown) => {
    if (typeof path !== 'string' || !/^c:\\/i.test(path)) return path
    const rest = path.slice(3).replaceAll('\\', '/')
    const exact = nodePath.posix.join(root, rest)
    // A folder that our code made keeps its letters; all else has small ones.
    return nodeFs.existsSync(nodePath.posix.dirname(exact))
      ? exact
      : nodePath.posix.join(root, rest.toLowerCase())
  }
  const there = (path: unknown) => {
    if (typeof path !== 'string' || `${path}/`.slice(0, root.length + 1) !== `${root}/`) return path
    return `C:\\${path.slice(root.length + 1).replaceAll('/', '\\')}`
  }
  for (const file of files) {
    const path = here(file) as string
    nodeFs.mkdirSync(nodePath.posix.dirname(path), { recursive: true })
    nodeFs.writeFileSync(path, '', { mode: 0o755 })
  }
  vi.doMock('node:fs', () => {
    const mapped = Object.fromEntries(
      BY_PATH.map(name => {
        const real = nodeFs[name] as (...args: unknown[]) => unknown
        return [name, (path: unknown, ...rest: unknown[]) => there(real(here(path), ...rest))]
      }),
    )
    return { ...nodeFs, ...mapped, default: { ...nodeFs, ...mapped } }
  })
  vi.doMock('node:os', () => ({ ...nodeOs, default: nodeOs, tmpdir: () => 'C:\\Temp' }))
  nodeFs.mkdirSync(here('C:\\Temp') as string)
  later(() => {
    vi.doUnmock('node:fs')
    vi.doUnmock('node:os')
  })
  return path => {
    const file = here(path) as string
    return nodeFs.existsSync(file) ? nodeFs.readFileSync(file, 'utf8') : undefined
  }
}
