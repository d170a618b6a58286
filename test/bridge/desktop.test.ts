import { expect, test } from 'vitest'
import { desktopHandlers } from '../../main/bridge/desktop.ts'

test('what is for the desktop app is answered with a sentence in a browser', () => {
  const handlers = desktopHandlers(() => undefined)
  const said = (ask: () => unknown) => {
    try {
      return ask()
    } catch (error) {
      return (error as Error).message
    }
  }
  expect([
    said(() => handlers['desktop:diagnostics']()),
    said(() => handlers['desktop:quit']()),
    said(() => handlers['window:open']({ place: '/waterfall' })),
  ]).toEqual([
    'this is for the desktop app; a browser has no desktop of its own',
    'this is for the desktop app; a browser has no desktop of its own',
    'a browser opens its windows by itself',
  ])
})
