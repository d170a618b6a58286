import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConf } from '../../main/host/conf-store.ts'
import { DEFAULT_STATE, STATE_MIGRATIONS, STATE_SCHEMA } from '../../main/host/state.ts'
import { describeTrouble, openStateStore } from '../../main/host/state-store.ts'
import { temporaryFolder } from '../helpers/folders.ts'

const create = await loadConf()
const NOW = 1_700_000_000_000
const WINDOW = { x: 1, y: 2, width: 900, height: 600, maximized: false }

function desk(content?: string | object) {
  const folder = temporaryFolder('state')
  const file = join(folder, 'state.json')
  if (content !== undefined)
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  const logged: string[] = []
  const open = () => openStateStore(folder, NOW, create, text => logged.push(text))
  return { folder, file, logged, open, read: () => JSON.parse(readFileSync(file, 'utf8')) }
}

test('a first start begins on defaults, in a file that is only for this user', () => {
  const { open, file } = desk()

  const state = open()

  expect([
    state.get('theme'),
    state.get('window'),
    state.get('lastRun'),
    state.get('updates'),
    state.get('desktop'),
    state.get('views'),
    state.get('look'),
  ]).toEqual(Object.values(DEFAULT_STATE))
  expect(state.trouble).toBeUndefined()
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('what is set is there for the next start', () => {
  const { open } = desk()
  open().set('window', WINDOW)
  open().set('theme', 'dark')

  expect([open().get('window'), open().get('theme')]).toEqual([WINDOW, 'dark'])
})

test.each([
  ['cut off', '{"theme": "da'],
  ['empty', ''],
  ['of zeros', '\0\0\0\0'],
  ['a list', '[]'],
  ['null', 'null'],
])('a file that is %s is moved aside, told of, and kept', (_how, content) => {
  const { folder, open, logged } = desk(content)

  const state = open()
  state.set('theme', 'dark')

  const movedTo = join(folder, `state.corrupt-${NOW}.json`)
  expect(state.trouble).toEqual({ kind: 'damaged', movedTo })
  expect(logged).toEqual([describeTrouble(state.trouble!)])
  expect(readFileSync(movedTo, 'utf8')).toBe(content)
  expect([open().get('theme'), open().trouble]).toEqual(['dark', undefined])
})

test('a file of a later version stays as it is, and this run has a memory of its own', () => {
  const later = { theme: 'dark', shiny: true, __internal__: { migrations: { version: '99.0.0' } } }
  const { open, read } = desk(later)

  const state = open()
  state.set('theme', 'light')

  expect(state.trouble).toEqual({ kind: 'newer', schema: 99 })
  expect([state.get('theme'), read()]).toEqual(['light', later])
})

test('a file without a schema is migrated, and its original is kept', () => {
  const original = { theme: 'dark', extra: 'kept' }
  const { folder, open, read } = desk(original)

  open()

  expect(read()).toMatchObject({
    ...{ ...DEFAULT_STATE, ...original },
    __internal__: { migrations: { version: `${STATE_SCHEMA}.0.0` } },
  })
  const backup = join(folder, 'backups', `state-before-schema-${STATE_SCHEMA}.json`)
  expect(JSON.parse(readFileSync(backup, 'utf8'))).toEqual(original)
})

test('a migration that was killed half-way does not replace the original in the backups', () => {
  const original = { theme: 'dark' }
  const { folder, open, read, file } = desk(original)
  open()

  // As the kill left it: the steps are done, and their schema is not yet recorded.
  const { __internal__: _recorded, ...halfDone } = read()
  writeFileSync(file, JSON.stringify(halfDone))
  const state = open()

  expect(state.get('theme')).toBe('dark')
  const backup = join(folder, 'backups', `state-before-schema-${STATE_SCHEMA}.json`)
  expect(JSON.parse(readFileSync(backup, 'utf8'))).toEqual(original)
})

test.each(Object.entries(STATE_MIGRATIONS))('step %s run twice is as run once', (_schema, step) => {
  for (const state of [{}, { theme: 'dark' }, { ...DEFAULT_STATE, window: WINDOW, extra: 1 }])
    expect(step(step(state))).toEqual(step(state))
})

test('there is a step to every schema', () => {
  expect(Object.keys(STATE_MIGRATIONS).map(Number)).toEqual(
    Array.from({ length: STATE_SCHEMA }, (_, i) => i + 1),
  )
})

test('values that make no sense are as good as none', () => {
  const { open } = desk({
    theme: 'mauve',
    window: { x: 'left' },
    lastRun: { version: 1 },
    views: [7, null, { name: 'a' }, { name: 'b', place: '/waterfall' }],
    look: 7,
  })

  const state = open()

  expect([
    state.get('theme'),
    state.get('window'),
    state.get('lastRun'),
    state.get('views'),
    state.get('look'),
  ]).toEqual(['system', null, null, [{ name: 'b', place: '/waterfall' }], null])
})

test('what a killed write left behind is swept', () => {
  const { folder, open } = desk()
  writeFileSync(join(folder, 'state.json.tmp-1234567890abcdef'), '{')

  open()

  expect(readdirSync(folder)).toEqual(['state.json'])
})

test('a file that can not be opened costs preferences, and not the start', () => {
  const folder = temporaryFolder('state')
  const logged: string[] = []
  const fail = () => {
    throw new Error('EACCES.')
  }

  const state = openStateStore(folder, NOW, fail, text => logged.push(text))
  state.set('theme', 'dark')

  expect([state.trouble, state.get('theme')]).toEqual([
    { kind: 'unusable', reason: 'EACCES.' },
    'dark',
  ])
  expect(logged).toHaveLength(1)
})

test('a write that fails is told, and holds for this run', () => {
  const logged: string[] = []
  const full = {
    get: () => undefined,
    set() {
      throw new Error('the disk is full')
    },
  }

  const state = openStateStore(
    temporaryFolder('state'),
    NOW,
    () => full,
    text => logged.push(text),
  )
  state.set('theme', 'dark')

  expect(state.get('theme')).toBe('dark')
  expect(logged).toEqual(["state.json can't be written: the disk is full"])
})

test('a file that is damaged while the app runs reads as defaults', () => {
  const { folder, open } = desk()
  const state = open()
  writeFileSync(join(folder, 'state.json'), '{ broken')

  expect(state.get('theme')).toBe('system')
})
