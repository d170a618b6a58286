import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readLaunch } from '../../main/app/launch.ts'
import { dataDirectory, ensureDataDirectory } from '../../main/host/data-dir.ts'
import { findHolder, lockDataDirectory } from '../../main/host/lock.ts'
import { apiToken } from '../../main/host/token.ts'
import { temporaryFolder } from '../helpers/folders.ts'

describe.skipIf(process.platform === 'win32')('a data directory', () => {
  test('is made with all folders above it, for its user alone', () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    ensureDataDirectory(folder)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test.each([
    ['a file in its place', 'file', 'a file is in its place'],
    ['a file above it', 'file/x', 'a file is in its place'],
    ['a link to nowhere', 'link', 'it is a link to what is not there'],
  ])('that can not be had, by %s, is told in a sentence', (_, name, why) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    const wanted = join(folder, name)
    expect(() => ensureDataDirectory(wanted)).toThrow(
      `The data directory ${wanted} can't be used: ${why}. Name another with --data.`,
    )
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
  })

  test('has one name, also behind a link and before it is there', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'real/desk'), { recursive: true })
    symlinkSync(join(folder, 'real'), join(folder, 'link'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))

    const names = ['real/desk', 'link/desk', 'link/new/desk', 'dangling']
    expect(names.map(name => dataDirectory(join(folder, name)))).toEqual(
      ['real/desk', 'real/desk', 'real/new/desk', 'dangling'].map(name => join(folder, name)),
    )
    expect(readLaunch([`--data=${join(folder, 'link/desk')}`], {}, '/', '/').dataDir).toBe(
      join(folder, 'real/desk'),
    )
  })

  test.skipIf(process.platform !== 'linux')(
    'below /proc is refused, and not tried for ever',
    () => {
      expect(() => ensureDataDirectory('/proc/triphammer/x')).toThrow(
        'the system makes no folder there',
      )
    },
  )
})

test('a lock that is another file is named', async () => {
  const folder = temporaryFolder()
  const lock = join(folder, 'lock')
  writeFileSync(lock, 'a text that is long enough to be taken for a database of some kind')
  await expect(lockDataDirectory(folder)).rejects.toThrow(
    `${lock} is not the lock that Triphammer makes. Remove it while no master runs there.`,
  )
})

test('who only looks for a master leaves no lock behind', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'x'))
  expect([findHolder(folder), existsSync(join(folder, 'lock'))]).toEqual([undefined, false])
})

test.each(['short', `two\nlines${'x'.repeat(40)}`, `ö${'x'.repeat(40)}`, `a b${'x'.repeat(40)}`])(
  'a token that no header can hold, as %j, is made anew',
  damaged => {
    const folder = temporaryFolder()
    const file = join(folder, 'api-token')
    writeFileSync(file, damaged)
    const token = apiToken(folder)
    expect(token).toMatch(/^[\w-]{43}$/)
    expect([readFileSync(file, 'utf8'), apiToken(folder)]).toEqual([`${token}\n`, token])
  },
)
