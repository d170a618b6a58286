import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeLinks } from '../../main/app/citizen/deep-link.ts'
import { argumentsAgain, readLaunch } from '../../main/app/launch.ts'
import { temporaryFolder } from '../helpers/folders.ts'

test('the data directory is what was asked for, the variable, or that of the system', () => {
  const read = (argv: string[], env = {}) => readLaunch(argv, env, '/home/ada', '/appdata').dataDir

  expect([
    read(['electron', '--no-sandbox', '.', '--data=desk']),
    read(['electron', '.', '--data=/desk', '--data=/other']),
    read(['electron', '.'], { TRIPHAMMER_DATA: '/variable' }),
    read(['electron', '.', '--data=/desk'], { TRIPHAMMER_DATA: '/variable' }),
    read(['electron', '.', '--data='], { TRIPHAMMER_DATA: '' }),
  ]).toEqual(['/home/ada/desk', '/other', '/variable', '/desk', '/appdata/Triphammer'])
})

test('only on Windows can a link be led to an app on another folder than the usual one', () => {
  const registered: unknown[][] = []
  const app = {
    setAsDefaultProtocolClient: (...args: unknown[]) => registered.push(args) > 0,
  }
  for (const argv of [[], ['--data=/usual/Triphammer'], ['--data=/desk']])
    for (const platform of ['win32', 'linux'] as const)
      takeLinks(app, readLaunch(argv, {}, '/', '/usual'), platform)

  const plain = ['triphammer']
  const led = ['triphammer', process.execPath, ['--data=/desk']]
  expect(registered).toEqual([plain, plain, plain, plain, led, plain])
})

test('a folder is meant from here, and an address is left as it is', () => {
  const cwd = temporaryFolder()
  mkdirSync(join(cwd, 'calc'))
  const read = (add: string) => readLaunch([`--add=${add}`], {}, cwd, '/appdata').repository

  expect([
    read('calc'),
    read(cwd),
    read('https://example.org/calc.git'),
    read('git@example.org:calc.git'),
    read(''),
  ]).toEqual([
    join(cwd, 'calc'),
    cwd,
    'https://example.org/calc.git',
    'git@example.org:calc.git',
    undefined,
  ])
})

test('another start takes the arguments along, but not the repository', () => {
  const argv = ['/electron', '.', '--data=/desk', '--add=/srv/calc']

  expect(argumentsAgain(argv, undefined)).toEqual(['.', '--data=/desk'])
  expect(argumentsAgain(argv, '/srv/other')).toEqual(['.', '--data=/desk', '--add=/srv/other'])
})
