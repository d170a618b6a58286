import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  type CommandFacts,
  commandText,
  findCommand,
  healCommand,
  putCommand,
  removeCommand,
} from '../../../main/app/citizen/command.ts'
import { VERSION } from '../../../main/host/version.ts'
import { builtCli } from '../../helpers/built-app.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT, testEnvironment } from '../../helpers/master.ts'

const DOUBLE = join(ROOT, 'test/double/electron')

function factsOf(more: Partial<CommandFacts> = {}): CommandFacts {
  const home = temporaryFolder('home')
  return {
    platform: 'linux',
    env: { PATH: `/usr/bin:${join(home, 'bin')}` },
    home,
    execPath: DOUBLE,
    appPath: ROOT,
    appImage: undefined,
    ...more,
  }
}

test('the command goes into a folder of the PATH that is there, else says what is left to do; it is taken back', () => {
  const facts = factsOf()
  const [usual, own] = [join(facts.home, '.local/bin'), join(facts.home, 'bin')]
  expect([findCommand(facts), putCommand(facts), findCommand(facts)]).toEqual([
    null,
    `${usual} is not in the PATH of your shell: add it there.`,
    join(usual, 'triphammer'),
  ])
  removeCommand(facts)
  expect(findCommand(facts)).toBe(null)

  mkdirSync(own)
  expect([putCommand(facts), findCommand(facts)]).toEqual(['', join(own, 'triphammer')])
})

test('a program of that name that is not ours stays, and one of ours follows the app', () => {
  const facts = factsOf()
  const file = join(facts.home, 'bin/triphammer')
  mkdirSync(dirname(file))
  writeFileSync(file, '#!/bin/sh\necho mine\n')
  expect(() => putCommand(facts)).toThrow(`${file} is there already and is not ours`)
  removeCommand(facts)
  healCommand(facts)
  expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\necho mine\n')

  expect(() => putCommand({ ...facts, home: '/dev/null' })).toThrow(
    "/dev/null/.local/bin/triphammer can't be written",
  )
  writeFileSync(file, commandText({ ...facts, execPath: '/opt/old/triphammer' }))
  healCommand(facts)
  expect(readFileSync(file, 'utf8')).toBe(commandText(facts))
})

test('on Windows it is a batch file in the folder that everybody has in the Path', () => {
  const facts = factsOf({ platform: 'win32', execPath: 'C:\\T\\Triphammer.exe', appPath: 'C:\\T' })
  expect(commandText(facts).split('\r\n').slice(2, 4)).toEqual([
    'setlocal',
    'set ELECTRON_RUN_AS_NODE=1',
  ])
  expect(commandText(facts)).toContain('"C:\\T\\Triphammer.exe" "')
  // cmd reads no umlaut in a batch file as it was written.
  const local = 'C:\\Users\\Jörg\\AppData\\Local'
  const env = { LOCALAPPDATA: local }
  const execPath = `${local}\\Programs\\100%\\Triphammer.exe`
  expect(commandText({ ...facts, env, execPath, appPath: `${local}\\Programs` })).not.toContain('ö')
  expect(commandText({ ...facts, env, execPath })).toContain(
    '"%LOCALAPPDATA%\\Programs\\100%%\\Triphammer.exe"',
  )
})

test('the command runs the command line of the app, also from an AppImage, and passes its exit code on', () => {
  const cli = builtCli()
  if (cli === undefined) throw new Error('the app could not be built')
  const app = join(dirname(cli), '../..')
  // An image that mounts itself, as its runtime would.
  const mount = temporaryFolder('mount')
  mkdirSync(join(mount, 'resources'))
  symlinkSync(app, join(mount, 'resources/app.asar'))
  symlinkSync(DOUBLE, join(mount, 'triphammer'))
  const image = join(temporaryFolder("it's here"), 'My Triphammer.AppImage')
  writeFileSync(
    image,
    `#!/bin/sh\n[ "$1" = --appimage-mount ] && echo '${mount}' && exec sleep 60\n`,
  )
  chmodSync(image, 0o755)

  const run = (appImage: string | undefined, ...args: string[]) => {
    const facts = factsOf({ appPath: app, appImage })
    putCommand(facts)
    const { status, stdout } = spawnSync(findCommand(facts)!, args, {
      encoding: 'utf8',
      env: testEnvironment(),
    })
    return [status, stdout]
  }
  expect(run(undefined, '--version')).toEqual([0, `${VERSION}\n`])
  expect(run(image, '--version')).toEqual([0, `${VERSION}\n`])
  expect(run(image, 'no such command')).toEqual([2, ''])
})
