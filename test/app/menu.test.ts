import type { MenuItemConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import { type MenuActions, menuTemplate } from '../../main/app/menu.ts'

function itemsOf(actions: Partial<MenuActions> = {}): MenuItemConstructorOptions[] {
  const template = menuTemplate({
    theme: 'system',
    developing: false,
    platform: 'linux',
    setTheme: () => {},
    command: () => {},
    reloadConfiguration: () => {},
    openDataFolder: () => {},
    openWindow: () => {},
    openWall: () => {},
    showLog: () => {},
    copyDiagnostics: () => {},
    ...actions,
  })
  const all = (items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
    items.flatMap(item => [item, ...all((item.submenu ?? []) as MenuItemConstructorOptions[])])
  return all(template)
}

test.each(['linux', 'win32', 'darwin'] as const)(
  'on %s every item of ours can be found, and every key is used once',
  platform => {
    const items = itemsOf({ platform })
    const own = items.filter(item => item.click || item.role === 'quit')
    const ids = own.map(item => item.id)
    const keys = items.flatMap(item => item.accelerator ?? [])

    expect(ids.toSorted()).toEqual([
      ...[
        'add-repository',
        'board',
        'command-line',
        'data-folder',
        'diagnostics',
        'new-window',
        'palette',
        'quit',
      ],
      ...['reload-configuration', 'search', 'settings', 'show-log'],
      ...['theme-dark', 'theme-light', 'theme-system', 'wall', 'waterfall', 'whats-new'],
    ])
    expect(keys).toEqual([...new Set(keys)])
  },
)

test('copying and pasting are in the menu, or their keys would be dead on macOS', () => {
  const roles = itemsOf({ platform: 'darwin' }).map(item => item.role)

  expect(roles).toEqual(
    expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll']),
  )
})

test('what acts in the page is asked of the page', () => {
  const asked: string[] = []
  const items = itemsOf({ command: command => asked.push(command) })

  for (const id of ['add-repository', 'palette', 'waterfall', 'settings'])
    items.find(item => item.id === id)!.click!({} as never, undefined, {} as never)

  expect(asked).toEqual(['add-repository', 'palette', 'waterfall', 'settings'])
})

test('another window, and one with the wall, are opened by the shell', () => {
  const opened: string[] = []
  const items = itemsOf({
    openWindow: () => opened.push('window'),
    openWall: () => opened.push('wall'),
  })

  for (const id of ['new-window', 'wall'])
    items.find(item => item.id === id)!.click!({} as never, undefined, {} as never)

  expect(opened).toEqual(['window', 'wall'])
})

test('reloading the page and looking inside are for who develops', () => {
  const roles = (developing: boolean) =>
    itemsOf({ developing }).filter(({ role }) => role === 'reload' || role === 'toggleDevTools')

  expect([roles(false).length, roles(true).length]).toEqual([0, 2])
})

test('the theme that holds is marked', () => {
  const marked = itemsOf({ theme: 'dark' }).filter(item => item.checked)

  expect(marked.map(item => item.id)).toEqual(['theme-dark'])
})
