import { expect, test } from 'vitest'
import { setSection } from '../../../main/master/config/edit.ts'
import { parseConfig } from '../../../main/master/config/parse.ts'

const WANTED = { keep: 5, maxSize: '2GB', daily: false }

test.each([
  [
    'nothing',
    '',
    /^# What is built.*\nbackups:\n {2}keep: 5\n {2}maxSize: 2GB\n {2}daily: false\n$/s,
  ],
  [
    'a file without the section',
    'title: Mine # my words\n',
    'title: Mine # my words\nbackups:\n  keep: 5\n  maxSize: 2GB\n  daily: false\n',
  ],
  [
    'a section with nothing in it',
    'backups: # soon\ntitle: Mine\n',
    'backups: # soon\n  keep: 5\n  maxSize: 2GB\n  daily: false\ntitle: Mine\n',
  ],
  [
    'a section with some of it',
    'backups:\n    # enough for me\n    keep: 3   # not more\ntitle:   Mine',
    'backups:\n    # enough for me\n    keep: 5   # not more\n    maxSize: 2GB\n    daily: false\ntitle:   Mine',
  ],
  [
    'a section in braces',
    'backups: { keep: 3 }\n',
    'backups: { keep: 5, maxSize: 2GB, daily: false }\n',
  ],
  ['empty braces', 'backups: {}\n', 'backups: { keep: 5, maxSize: 2GB, daily: false }\n'],
])('settings are written into %s, and the rest stays to the letter', (_, before, after) => {
  const text = setSection(before, 'backups', WANTED)
  if (typeof after === 'string') expect(text).toBe(after)
  else expect(text).toMatch(after)
  expect(parseConfig(text, 'master.yml').config?.backups).toEqual({
    keep: 5,
    maxSizeBytes: 2e9,
    daily: false,
  })
})

test('a section that is no map is not touched', () => {
  expect(() => setSection('backups: often\n', 'backups', WANTED)).toThrow(
    '"backups" of master.yml is not a map. Mend it first.',
  )
})
