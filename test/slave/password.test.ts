import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLogFile } from '../../slave/log-file.ts'
import { forgetPassword, PASSWORD_FILE, readPassword } from '../../slave/password.ts'
import { keepPin, readPin, removePin } from '../../slave/pin.ts'
import { ensureFolder } from '../../slave/state-folder.ts'
import { temporaryFolder } from '../helpers/folders.ts'

function fileWith(text: string, mode = 0o600): string {
  const file = join(temporaryFolder('password'), 'p')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

test('a password is the one line of its file, and is kept in the state folder', async () => {
  expect((await readPassword(fileWith('a b:c \n'), '/nowhere')).text).toBe('a b:c ')
  const state = temporaryFolder('state')
  writeFileSync(join(state, PASSWORD_FILE), 'kept\n', { mode: 0o600 })
  expect((await readPassword(undefined, state)).text).toBe('kept')
  expect([forgetPassword(state), forgetPassword(state)]).toEqual([true, false])
})

test.each([
  [
    'that others can read',
    () => fileWith('p\n', 0o644),
    /can be read by other users .*: run "chmod 600 /,
  ],
  ['that is empty', () => fileWith('\n'), /is empty: it should hold the password/],
  ['of two lines', () => fileWith('a\nb\n'), /holds more than one line/],
  ['that is not there', () => '/nowhere/p', /can't be read: there is no such file/],
  ['that is a folder', () => temporaryFolder('p'), /can't be read: it is a folder/],
])('a password file %s is refused with what to do', async (_, make, reason) => {
  await expect(readPassword(make(), '/nowhere')).rejects.toThrow(reason)
})

test('without a password and without a terminal it says how to give one', async () => {
  await expect(readPassword(undefined, temporaryFolder('state'))).rejects.toThrow(
    'no password: name a file with --password-file',
  )
})

test('a pin that is damaged is not as if there was none', () => {
  const folder = temporaryFolder('pin')
  expect(readPin(folder)).toBeUndefined()
  keepPin(folder, 'ab'.repeat(32))
  expect(readPin(folder)).toMatch(/^abababab-/)
  writeFileSync(join(folder, 'master-fingerprint'), 'x')
  expect(() => readPin(folder)).toThrow('holds no fingerprint')
  removePin(folder)
  expect(readPin(folder)).toBeUndefined()
})

test('a folder that can not be used is told with the option that names another', () => {
  const file = fileWith('')
  expect(() => ensureFolder(join(file, 'x'), 'the base directory', '--basedir')).toThrow(
    `the base directory ${file}/x can't be used: a file is in its place; name another with --basedir`,
  )
})

test('the log is plain text, and older files are kept beside it', () => {
  const folder = temporaryFolder('log')
  const log = openLogFile(join(folder, 'slave.log'), 20)
  for (let n = 1; n <= 6; n++) log(`\x1b[1mline ${n}\x1b[0m 12345\r\n`)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect(['slave.log', 'slave.log.1', 'slave.log.2', 'slave.log.3'].map(read)).toEqual([
    'line 6 12345\n',
    'line 5 12345\n',
    'line 4 12345\n',
    'line 3 12345\n',
  ])
  mkdirSync(join(folder, 'd'))
  // A log that can't be written ends nothing.
  expect(() => openLogFile(join(folder, 'd'))('x')).not.toThrow()
})
