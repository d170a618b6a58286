import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { watchCrashes, watchPage } from '../../main/app/crash.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { FakeApp, FakeContents, fakeDialog } from './fake-electron.ts'

function crashing(checkpoint: () => void = () => {}) {
  const process = new EventEmitter()
  const app = new FakeApp()
  const dialog = fakeDialog()
  const logged: string[] = []
  watchCrashes(process, app.port, dialog.port, { log: text => logged.push(text), checkpoint })
  return { process, app, dialog, logged }
}

test('an error that nobody took is written down, told once, and ends the app', () => {
  const { process, app, dialog, logged } = crashing()

  process.emit('uncaughtException', new Error('broken'))
  process.emit('uncaughtException', new Error('broken again'))

  expect({ shown: dialog.shown, exit: app.exitCode }).toEqual({
    shown: ['Triphammer has to close'],
    exit: 70,
  })
  expect(logged).toEqual([expect.stringContaining('Error: broken\n')])
})

test('a checkpoint that fails does not keep the app from ending', () => {
  const { process, app, logged } = crashing(() => {
    throw new Error('the disk is full')
  })

  process.emit('uncaughtException', 'not even an error')

  expect(app.exitCode).toBe(70)
  expect(logged).toEqual(['crashed: not even an error', 'no checkpoint: the disk is full'])
})

test('a rejection that nobody handled is written down, and the app goes on', () => {
  const { process, app, logged } = crashing()

  process.emit('unhandledRejection', new Error('forgotten'))

  expect(app.exitCode).toBeUndefined()
  expect(logged).toEqual([expect.stringContaining('forgotten')])
})

test('a page that dies is loaded again, three times within a minute', () => {
  const contents = new FakeContents()
  const dialog = fakeDialog()
  const clock = createFakeClock()
  watchPage(contents.port, dialog.port, clock, () => {})
  const die = (reason = 'crashed') =>
    contents.emit('render-process-gone', {}, { reason, exitCode: 1 })

  die('clean-exit')
  expect(contents.reloads).toBe(0)
  for (let i = 0; i < 3; i++) die()
  expect({ reloads: contents.reloads, shown: dialog.shown }).toEqual({ reloads: 3, shown: [] })
  die()
  expect({ reloads: contents.reloads, shown: dialog.shown }).toEqual({
    reloads: 3,
    shown: ['The window stopped working'],
  })
  clock.advance(60_000)
  die('oom')
  expect(contents.reloads).toBe(4)
})
