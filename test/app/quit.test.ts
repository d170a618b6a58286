import { expect, test } from 'vitest'
import { type QuitAnswer, STOP_BUDGET_MS, UNANSWERED_MS, watchQuit } from '../../main/app/quit.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { FakeApp, type fakeEvent } from './fake-electron.ts'

function watched(stop: () => Promise<void> = async () => {}, answers?: QuitAnswer[]) {
  const app = new FakeApp()
  app.windows.push({ close: () => true })
  const clock = createFakeClock()
  const quit = watchQuit(app.port, clock, {
    checkpoint: () => app.trace.push('checkpoint'),
    log: () => {},
    ...(answers && { ask: async () => answers.shift()! }),
    async stop(builds) {
      await stop()
      app.trace.push(builds === 'stop' ? 'stopped with builds' : 'stopped')
    },
  })
  return { app, clock, quit }
}

test('asked twice, the app stops once, and then quits in order', async () => {
  const { app } = watched()

  app.quit()
  app.quit()
  await expect.poll(() => app.exitCode).toBe(0)

  expect(app.trace).toEqual([
    ...['before-quit', 'checkpoint', 'before-quit', 'checkpoint', 'stopped'],
    ...['before-quit', 'close', 'will-quit', 'quit(0)'],
  ])
})

test('what does not stop within ten seconds is left behind', async () => {
  const { app, clock } = watched(() => new Promise(() => {}))

  app.quit()
  clock.advance(STOP_BUDGET_MS - 1)
  await Promise.resolve()
  expect(app.exitCode).toBeUndefined()
  clock.advance(1)
  await expect.poll(() => app.exitCode).toBe(0)

  expect(app.trace).not.toContain('stopped')
})

test('a failure while stopping does not keep the app', async () => {
  const { app, clock } = watched(() => Promise.reject(new Error('no')))

  app.quit()
  await expect.poll(() => app.exitCode).toBe(0)

  expect(clock.waiting).toBe(0)
})

test('a session that ends without before-quit, as on Linux, gets its checkpoint', async () => {
  const { app, quit } = watched()

  app.emit('quit')
  await quit.stop('user')
  app.emit('quit')

  expect(app.trace).toEqual(['quit', 'checkpoint', 'stopped', 'quit'])
})

test('the operating system is never held up', () => {
  const { app, quit } = watched()

  quit.osIsShuttingDown()
  app.quit()

  expect(app.trace).toEqual([
    ...['checkpoint', 'before-quit', 'checkpoint'],
    ...['close', 'will-quit', 'quit(0)'],
  ])
})

test('a shutdown that did not come is forgotten', async () => {
  const { app, clock, quit } = watched()

  quit.osIsShuttingDown()
  clock.advance(60_000)
  app.quit()
  await expect.poll(() => app.exitCode).toBe(0)

  expect(app.trace).toContain('stopped')
})

test('an update stops everything first, and then nothing holds the quit up', async () => {
  const { app, quit } = watched()

  await quit.stop('update')
  expect(quit.phase).toBe('stopped')
  app.quit()

  expect(app.trace).toEqual(['stopped', 'before-quit', 'close', 'will-quit', 'quit(0)'])
})

test('a quit that a window refused can be asked for again', async () => {
  const { app } = watched()
  app.windows.splice(0, 1, { close: () => false })

  app.quit()
  await expect.poll(() => app.trace.includes('close')).toBe(true)
  expect(app.exitCode).toBeUndefined()
  app.quit()

  expect(app.exitCode).toBe(0)
})

test('who takes back the wish to quit goes on, and is asked again the next time', async () => {
  const { app, quit } = watched(undefined, ['cancel', 'stop'])

  app.quit()
  await new Promise(setImmediate)
  expect([quit.phase, app.exitCode]).toEqual(['running', undefined])
  app.quit()
  await expect.poll(() => app.exitCode).toBe(0)

  expect(app.trace).toContain('stopped with builds')
})

test('an update lets builds go on, without asking', async () => {
  const { app, quit } = watched(undefined, [])

  await quit.stop('update')

  expect(app.trace).toEqual(['stopped'])
})

test('the fake forgets a prevented quit, as Electron does', () => {
  const app = new FakeApp()
  app.once('before-quit', (event: ReturnType<typeof fakeEvent>) => event.preventDefault())

  app.quit()
  app.quit()

  expect(app.trace).toEqual(['before-quit', 'before-quit', 'will-quit', 'quit(0)'])
})

test('an update that goes in at a quit stops and quits by itself', async () => {
  const app = new FakeApp()
  const quit = watchQuit(app.port, createFakeClock(), {
    checkpoint: () => {},
    log: () => {},
    stop: async () => void app.trace.push('stopped'),
    async takeOver() {
      await quit.stop('update')
      app.trace.push('installed')
      app.quit()
      return true
    },
  })

  app.quit()
  app.quit()
  await expect.poll(() => app.exitCode).toBe(0)

  expect(app.trace.filter(one => !one.startsWith('before'))).toEqual([
    ...['stopped', 'installed', 'will-quit', 'quit(0)'],
  ])
})

test('a quit that nobody answers for lets the builds finish, after a minute', async () => {
  const app = new FakeApp()
  const clock = createFakeClock()
  watchQuit(app.port, clock, {
    checkpoint: () => {},
    log: () => {},
    ask: () => new Promise(() => {}),
    stop: async builds => void app.trace.push(`stopped: ${builds}`),
  })

  app.quit()
  clock.advance(UNANSWERED_MS - 1)
  await Promise.resolve()
  expect(app.exitCode).toBeUndefined()
  clock.advance(1)
  await expect.poll(() => app.exitCode).toBe(0)

  expect([app.trace.includes('stopped: leave'), clock.waiting]).toEqual([true, 0])
})
