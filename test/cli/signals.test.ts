import '../helpers/with-processes.ts'
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { onStopSignals } from '../../main/cli/signals.ts'

test('signals that come together are one wish, and a later one is another', () => {
  const events = new EventEmitter()
  const heard: string[] = []
  let now = 0
  const unlisten = onStopSignals(
    {
      stop: signal => heard.push(`stop ${signal}`),
      again: signal => heard.push(`again ${signal}`),
    },
    events,
    () => now,
  )

  events.emit('SIGTERM')
  now = 1500
  events.emit('SIGTERM')
  events.emit('SIGHUP')
  now = 2500
  events.emit('SIGINT')
  unlisten()
  events.emit('SIGINT')

  expect(heard).toEqual(['stop SIGTERM', 'again SIGINT'])
})
