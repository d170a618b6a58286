import { expect, test } from 'vitest'
import { CHANNELS } from '../../main/bridge/call.ts'
import type { Handlers } from '../../main/bridge/contract.ts'
import { onlyReading } from '../../main/bridge/recovery.ts'
import { RefusedError } from '../../main/bridge/refused.ts'

test('of a history that is only looked at all can be asked, and nothing can be changed', () => {
  const all = Object.fromEntries(CHANNELS.map(channel => [channel, () => channel]))
  const handlers = onlyReading(all as unknown as Handlers, 'only looked at')
  const answered = Object.entries(handlers).flatMap(([channel, handler]) => {
    try {
      return [(handler as () => string)()]
    } catch (error) {
      expect([channel, error]).toEqual([channel, new RefusedError('only looked at')])
      return []
    }
  })
  expect(answered.filter(channel => !channel.startsWith('recovery:')).toSorted()).toEqual([
    'backup:list',
    'build:byNumber',
    'build:details',
    'builds:page',
    'change:builds',
    'changes:page',
    'config:read',
    'desk:freeBytes',
    'desk:snapshot',
    ...CHANNELS.filter(channel => channel.startsWith('history:')).toSorted(),
    'log:lines',
    'log:outline',
    'log:piece',
    'log:screen',
    'log:search',
    'logs:search',
    'look:read',
    'news:since',
    'person:identity',
    'repository:choose',
    'views:list',
  ])
})
