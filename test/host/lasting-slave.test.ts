import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { lastingSlave, removeCopies, runsFromMount } from '../../main/host/lasting-slave.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { eventually } from '../helpers/processes.ts'
import { startServing } from '../helpers/serve.ts'

const BINARY = `node_modules/@lydell/node-pty-${process.platform}-${process.arch}/pty.node`
const VERSION = '1.2.3'

// What electron-builder puts into an AppImage, small, with a shell script that is Electron as Node.
function makeMount() {
  const mount = temporaryFolder('mount')
  const appRoot = join(mount, 'resources/app.asar')
  const files: Record<string, string> = {
    AppRun: '',
    'LICENSES.chromium.html': '',
    'icudtl.dat': 'units',
    'libffmpeg.so': 'sound',
    'locales/de.pak': 'words',
    'resources.pak': 'pictures',
    triphammer: `#!/bin/sh\nexec "${process.execPath}" "$@"\n`,
    'triphammer.desktop': '',
    'resources/app.asar/out/main/slave-packed.mjs': `process.argv.includes('--version') ? console.log('${VERSION}') : setInterval(() => {}, 1000)`,
    'resources/app.asar/node_modules/node-pty/index.js': '',
    [`resources/app.asar/${BINARY}`]: 'native',
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(mount, name)), { recursive: true })
    writeFileSync(join(mount, name), content)
  }
  const file = join(mount, 'triphammer')
  chmodSync(file, 0o755)
  const folder = join(temporaryFolder('data'), 'runtime')
  const said: string[] = []
  const options = { folder, node: { file, env: {} }, args: ['--told'], appRoot, version: VERSION }
  const log = (text: string) => void said.push(text)
  return { mount, appRoot, file, folder, said, options: { ...options, log } }
}

const namesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.|triphammer$/.test(name.split('/').at(-1)!))
    .sort()

test('a slave of an AppImage gets a copy that does without the mount, made once', async () => {
  const { mount, folder, said, options } = makeMount()

  const made = (await lastingSlave(options)())!
  const again = await lastingSlave(options)()

  const [copy] = readdirSync(folder) as [string]
  expect(copy).toMatch(/^1\.2\.3-[0-9a-f]{8}$/)
  expect(namesIn(join(folder, copy))).toEqual(
    [
      BINARY,
      'icudtl.dat',
      'libffmpeg.so',
      'node_modules/node-pty/index.js',
      'package.json',
      'slave.mjs',
      'triphammer',
    ].sort(),
  )
  expect(made.args).toEqual([join(folder, copy, 'slave.mjs'), '--told'])
  expect([again, said]).toEqual([made, [expect.stringMatching(/copied out of the AppImage to /)]])
  rmSync(mount, { recursive: true })
  expect(execFileSync(made.file, [...made.args, '--version'], { encoding: 'utf8' })).toBe(
    `${VERSION}\n`,
  )
})

test('the copy of another build replaces this one, as soon as no slave runs from it', async () => {
  const { appRoot, folder, options } = makeMount()
  const first = (await lastingSlave(options)())!
  const slave = spawn(first.file, first.args, { stdio: 'ignore' })
  await once(slave, 'spawn')
  writeFileSync(join(appRoot, 'out/main/slave-packed.mjs'), `console.log('${VERSION}') // mended`)
  const ask = lastingSlave(options)

  const second = (await ask())!
  expect(readdirSync(folder).sort()).toEqual(
    [first, second].map(({ file }) => dirname(file).split('/').at(-1)).sort(),
  )
  slave.kill()
  await once(slave, 'exit')
  await ask()
  expect(readdirSync(folder)).toEqual([dirname(second.file).split('/').at(-1)])

  // An app that is installed by other means needs none.
  await removeCopies(folder)
  expect(readdirSync(folder)).toEqual([])
})

test('a copy that was cut short, or is damaged, is made anew', async () => {
  const { folder, options } = makeMount()
  mkdirSync(join(folder, '.making'), { recursive: true })
  writeFileSync(join(folder, '.making/left'), '')
  const made = (await lastingSlave(options)())!
  truncateSync(made.args[0]!, 3)

  const again = await lastingSlave(options)()

  expect([again, readdirSync(folder)]).toEqual([made, [dirname(made.file).split('/').at(-1)]])
  expect(readdirSync(dirname(made.file))).not.toContain('left')
})

test.each([
  [
    'has no room',
    { room: { freeBytes: 210e6, reserveBytes: 210e6, short: false } },
    /it takes 1 MB, and of the 210 MB that are free 210 MB are kept for history/,
  ],
  ['lets no program start', { mode: 0o644 }, /the copy does not run \(.*EACCES\)$/],
  [
    'damages the program',
    { entry: `throw new Error('cut short')${' '.repeat(1000)}` },
    /the copy does not run \(it ended with status 1: Error: cut short\)$/,
  ],
  [
    'gives back something else',
    { version: '1.2.4' },
    /says that it is version "1\.2\.3", not 1\.2\.4/,
  ],
] as const)('a disk that %s is told, and nothing is left on it', async (_, how, why) => {
  const { appRoot, file, folder, said, options } = makeMount()
  const given = { room: undefined, mode: 0o755, version: VERSION, entry: undefined, ...how }
  const { room, mode, version, entry } = given
  chmodSync(file, mode)
  if (entry !== undefined) writeFileSync(join(appRoot, 'out/main/slave-packed.mjs'), entry)
  mkdirSync(folder)
  const ask = lastingSlave({ ...options, version, ...(room && { room: () => room }) })

  expect([await ask(), await ask(), readdirSync(folder)]).toEqual([undefined, undefined, []])
  expect(said.at(-1)).toMatch(
    /^builds of local slaves will not go on when Triphammer quits, because .* could not be copied to .*runtime/,
  )
  expect(said.at(-1)).toMatch(why)
  expect(said.filter(line => line.startsWith('builds'))).toHaveLength(1)
})

test('only what runs from the mount of its own AppImage is copied', () => {
  const mount = temporaryFolder('mount')
  const env = { APPIMAGE: '/home/ada/Triphammer.AppImage', APPDIR: mount }
  expect([
    runsFromMount(env, join(mount, 'triphammer')),
    // Extracted by hand: AppRun sets the one and not the other.
    runsFromMount({ APPDIR: mount }, join(mount, 'triphammer')),
    // Started from another AppImage, such as a terminal's.
    runsFromMount(env, '/opt/Triphammer/triphammer'),
    runsFromMount({}, '/opt/Triphammer/triphammer'),
  ]).toEqual([true, false, false, false])
})

test('a start that is of no AppImage removes the copies that one has left', async () => {
  const dataDir = temporaryFolder('data')
  mkdirSync(join(dataDir, 'runtime/0.1.0-00000000'), { recursive: true })
  const master = startServing(dataDir)
  await master.ready
  await eventually(() => readdirSync(join(dataDir, 'runtime')).length === 0, 'no copy is left')
  master.child.kill('SIGTERM')
  await master.exited
})
