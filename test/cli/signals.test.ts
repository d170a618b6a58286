import '../helpers/with-processes.ts'
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { onStopSignals } from '../../main/cli/signals.ts'

test('signals that come together are one wish, and a later one is another', () => {
  const events = new EventEmitter()
  const heard: string[] = []
  let now = 0
  const send = (signal: string) => events.emit(signal, signal)
  const unlisten = onStopSignals(
    {
      stop: signal => heard.push(`stop ${signal}`),
      again: signal => heard.push(`again ${signal}`),
    },
    events,
    () => now,
  )

  send('SIGTERM')
  now = 1500
  send('SIGTERM')
  send('SIGHUP')
  now = 2500
  send('SIGINT')
  unlisten()
  send('SIGINT')

  expect(heard).toEqual(['stop SIGTERM', 'again SIGINT'])
})
