import { expect, test } from 'vitest'
import { menuTemplate } from '../../../main/app/menu.ts'
import { COMMANDS, type Command } from '../../../renderer/frame/commands.ts'
import { fuzzyScore } from '../../../renderer/frame/fuzzy.ts'
import { groupsAt, KEY_GROUPS, keyCommands, keysIn } from '../../../renderer/frame/keys.ts'

const COMMAND_LIST: readonly Command[] = Object.values(COMMANDS)

test('every item of the menu is in the palette', () => {
  const items = menuTemplate(
    // What an item does is not asked here.
    new Proxy({} as Parameters<typeof menuTemplate>[0], {
      get: (_, name) => (name === 'platform' ? 'linux' : name === 'theme' ? 'system' : () => {}),
    }),
  )
  const ids = (list: readonly { id?: string; submenu?: unknown }[]): string[] =>
    list.flatMap(({ id, submenu }) => [
      ...(id ? [id] : []),
      ...ids(Array.isArray(submenu) ? submenu : []),
    ])
  const offered = COMMAND_LIST.flatMap(({ menu }) => menu ?? [])

  expect(ids(items).toSorted()).toEqual(offered.toSorted())
})

test('every key that is explained is in the palette, under words of its own', () => {
  const missing = KEY_GROUPS.flatMap(({ title, keys }) => {
    const offered =
      title === 'Everywhere'
        ? COMMAND_LIST.flatMap(({ key }) => key ?? [])
        : keyCommands(title).map(({ key }) => key)
    return keys
      .flatMap(([key]) => keysIn(key))
      .filter(key => !offered.includes(key) && COMMANDS.date.key !== key)
      .map(key => `${title}: ${key}`)
  })
  const labels = KEY_GROUPS.map(({ title }) => keyCommands(title).map(({ label }) => label))

  expect(missing).toEqual([])
  for (const own of labels) expect(own).toEqual([...new Set(own)])
})

test('keys are offered where they act', () => {
  expect(
    ['/waterfall', '/builds/calc/12', '/builds/calc/12/tests', '/builds/calc', '/slaves/local'].map(
      groupsAt,
    ),
  ).toEqual([['Waterfall'], ['Build and log'], ['Build and log'], [], ['Slaves']])
  const zoom = keyCommands('Waterfall').filter(({ label }) => label.startsWith('Zoom'))
  expect(zoom.map(({ label, press }) => `${label}: ${press}`)).toEqual([
    'Zoom in: +',
    'Zoom out: -',
    'Zoom as it was: 0',
  ])
})

function best(typed: string, texts: readonly string[]): string[] {
  return texts
    .map(text => ({ text, score: fuzzyScore(text, typed) }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => b.score! - a.score!)
    .map(({ text }) => text)
}

test.each<[typed: string, texts: string[], found: string[]]>([
  ['calc 12', ['calc #112', 'calc #12', 'parser #12'], ['calc #12', 'calc #112']],
  ['ab', ['grab it', 'about'], ['about', 'grab it']],
  ['gtd', ['Grid', 'Go to a date'], ['Go to a date']],
  ['wtrf', ['Waterfall', 'Settings'], ['Waterfall']],
  ['lgnd', ['Linear, folded or events; and more', 'Legend'], ['Legend']],
  ['smnt', ['add something and test it'], ['add something and test it']],
  ['תיקון', ['fix', 'תיקון/🦊'], ['תיקון/🦊']],
  ['🦊', ['a 🦊 b', 'a b'], ['a 🦊 b']],
  ['xyz', ['Waterfall'], []],
])('%s finds what is meant first', (typed, texts, found) => {
  expect(best(typed, texts)).toEqual(found)
})

test('whatever is typed is answered, also signs of regular expressions and very long texts', () => {
  expect(
    ['(', '[.*', '\\', 'a'.repeat(100_000), ' \t '].map(typed => fuzzyScore('a (b', typed) ?? null),
  ).toEqual([expect.any(Number), null, null, null, expect.any(Number)])
})
