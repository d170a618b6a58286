import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { displayOf } from '../../main/cli/display.ts'
import { answers } from '../../main/host/answers.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'

test.each([
  [{}, undefined],
  [{ DISPLAY: '' }, undefined],
  [{ DISPLAY: ':0' }, { path: '/tmp/.X11-unix/X0' }],
  [{ DISPLAY: 'unix:1.0' }, { path: '/tmp/.X11-unix/X1' }],
  [{ DISPLAY: 'localhost:10.0' }, { host: 'localhost', port: 6010 }],
  [{ DISPLAY: '/private/tmp/x' }, { path: '/private/tmp/x' }],
  [{ WAYLAND_DISPLAY: 'w-0', XDG_RUNTIME_DIR: '/run/me' }, { path: '/run/me/w-0' }],
  // What is not there is no reason to leave out what is.
  [{ WAYLAND_DISPLAY: '/gone', DISPLAY: ':0' }, { path: '/tmp/.X11-unix/X0' }],
])('%j is a display at %j', (env, at) => {
  expect(displayOf(env)?.at).toEqual(at)
})

test('a display answers when somebody listens there', async () => {
  const path = join(temporaryFolder('display'), 'X0')
  expect(await answers({ path })).toBe(false)
  const server = createServer(socket => socket.destroy())
  await new Promise<void>(done => server.listen(path, done))
  later(() => server.close())
  expect(await answers({ path })).toBe(true)
})
