import { expect, test } from 'vitest'
import { callHandler } from '../../main/bridge/call.ts'
import type { Handlers } from '../../main/bridge/contract.ts'
import { desktopHandlers } from '../../main/bridge/desktop.ts'
import { memoryViews, viewHandlers } from '../../main/bridge/views.ts'

const RED = { name: 'red', place: '/waterfall?filter=red' }

function desk() {
  const handlers = {
    ...viewHandlers(memoryViews()),
    ...desktopHandlers(() => undefined),
  } as Handlers
  return async (channel: string, ...args: unknown[]) => {
    const reply = await callHandler(handlers, channel, args, () => {})
    return reply.ok ? reply.value : reply.error
  }
}

test('a view is saved, replaced when that is meant, renamed and deleted', async () => {
  const ask = desk()
  expect(await ask('views:save', { ...RED, name: ' red ', replace: false })).toEqual([RED])
  expect(await ask('views:save', { ...RED, replace: false })).toBe('there is a view “red” already')
  const other = { ...RED, place: '/grid' }
  expect(await ask('views:save', { ...other, replace: true })).toEqual([other])
  await ask('views:save', { name: 'all', place: '/waterfall', replace: true })
  expect(await ask('views:rename', { name: 'red', to: 'all' })).toBe(
    'there is a view “all” already',
  )
  expect(await ask('views:rename', { name: 'all', to: 'every' })).toEqual([
    other,
    { name: 'every', place: '/waterfall' },
  ])
  expect(await ask('views:delete', { name: 'red' })).toHaveLength(1)
  expect(await ask('views:list')).toEqual([{ name: 'every', place: '/waterfall' }])
})

test('what makes no sense is refused in one sentence', async () => {
  const ask = desk()
  const refused = [
    await ask('views:save', { name: '  ', place: '/', replace: false }),
    await ask('views:save', { name: 'x'.repeat(61), place: '/', replace: false }),
    await ask('views:save', { name: 'a\ud800', place: '/', replace: false }),
    await ask('views:save', { name: 'a', place: 'https://example.org', replace: false }),
    await ask('views:save', { name: 'a' }),
    await ask('views:rename', { name: 'nobody', to: 'a' }),
    await ask('views:delete', { name: 'nobody' }),
    await ask('look:keep', { place: 'javascript:0' }),
    await ask('window:open', { place: '/waterfall' }),
    await ask('window:open', { place: 7 }),
  ]
  expect(refused).toEqual([
    'a view needs a name',
    'views:save: name: must have at most 60 characters',
    'views:save: name: holds half of a character',
    'views:save: place: must begin with a slash',
    expect.stringMatching(/^views:save: place: /),
    'there is no view “nobody”',
    'there is no view “nobody”',
    'look:keep: place: must begin with a slash',
    'a browser opens its windows by itself',
    expect.stringMatching(/^window:open: place: /),
  ])
  expect(await ask('views:list')).toEqual([])
})

test('how the waterfall was looked at last is kept', async () => {
  const ask = desk()
  expect(await ask('look:read')).toBeNull()
  await ask('look:keep', { place: '/waterfall?group=tag' })
  expect(await ask('look:read')).toBe('/waterfall?group=tag')
})
