import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SlavePlan } from '../../slave/arguments.ts'
import { installSlave, uninstallSlave } from '../../slave/install/install.ts'
import { windowsUser } from '../../slave/install/windows-task.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { beOn, driveC, setVariable, standIns } from '../helpers/platform.ts'

test('a slave is installed for the user that Windows knows, and taken back from its own folder', async () => {
  beOn('win32')
  const state = temporaryFolder('state')
  const programs = standIns({
    schtasks: 'echo "$1" >> "$(dirname "$0")/calls"',
    whoami: `echo '"desk\\ada","S-1-5-21-1-2-3-1001"'`,
  })
  const plan = {
    name: 'mini',
    way: { kind: 'listen' },
    drains: false,
    state,
  } as unknown as SlavePlan
  const { ok } = await installSlave(plan, ['--listen', '1'])
  const text = readFileSync(join(state, 'task.xml'), 'utf16le')
  const removed = await uninstallSlave('mini', state)
  expect([ok, removed.ok, existsSync(join(state, 'task.xml'))]).toEqual([true, true, false])
  expect(text.match(/<(?:UserId|Priority|Command)>.*?</g)).toEqual([
    '<UserId>S-1-5-21-1-2-3-1001<',
    '<UserId>S-1-5-21-1-2-3-1001<',
    '<Priority>5<',
    '<Command>conhost.exe<',
  ])
  expect(readFileSync(join(programs, 'calls'), 'utf8').trim().split('\n')).toEqual([
    ...['/End', '/Create', '/Run'],
    ...['/End', '/Delete'],
  ])
})

test('where whoami is another program, a user is named with the domain', () => {
  const named = [{ USERDOMAIN: 'AzureAD' }, {}].map(env => windowsUser('ada\n', env, 'ada'))
  expect(named).toEqual(['AzureAD\\ada', 'ada'])
})

test('data does not travel with the user, but an old history is not left behind', async () => {
  beOn('win32')
  driveC(['C:\\Old\\Triphammer\\history.sqlite'])
  setVariable('LOCALAPPDATA', 'C:\\Local')
  const { dataDirectory } = await import('../../main/host/data-dir.ts')
  const folders = ['C:\\New', 'C:\\Old'].map(roaming => {
    setVariable('APPDATA', roaming)
    return dataDirectory(undefined)
  })
  expect(folders).toEqual(['C:\\Local\\Triphammer', 'C:\\old\\triphammer'])
})
