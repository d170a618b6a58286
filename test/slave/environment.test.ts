import { expect, test } from 'vitest'
import { scrubEnvironment } from '../../slave/environment.ts'

const APP = '/opt/triphammer'

test('what Electron, npm, an AppImage and this app put there is gone, and the rest stays', () => {
  const env = {
    HOME: '/home/ada',
    LANG: 'C.UTF-8',
    PATH: '/tmp/.mount_x/usr/bin:/opt/triphammer/node_modules/.bin:/opt/node_modules/.bin:/usr/bin:/bin',
    LD_LIBRARY_PATH: '/tmp/.mount_x/usr/lib',
    XDG_DATA_DIRS: '/tmp/.mount_x/usr/share:/usr/share',
    APPIMAGE: '/home/ada/T.AppImage',
    APPDIR: '/tmp/.mount_x',
    ARGV0: 'T',
    OWD: '/home/ada',
    ELECTRON_RUN_AS_NODE: '1',
    NODE_OPTIONS: '--inspect',
    NODE_ENV: 'production',
    npm_config_registry: 'x',
    npm_lifecycle_event: 'start',
    TRIPHAMMER_DATA: '/data',
    GONE: undefined,
  }
  expect(scrubEnvironment(env, APP)).toEqual({
    HOME: '/home/ada',
    LANG: 'C.UTF-8',
    PATH: '/usr/bin:/bin',
    XDG_DATA_DIRS: '/usr/share',
  })
})

test("outside an AppImage and npm, names that look alike are a person's own", () => {
  const env = { OWD: '/a', ARGV0: 'b', PATH: '/home/ada/node_modules/.bin:/bin', NODE_PATH: '/n' }
  expect(scrubEnvironment(env, APP)).toEqual(env)
})

test('a hook of git does not lend its repository to what is built', () => {
  const env = {
    GIT_DIR: '/home/ada/calc/.git',
    GIT_WORK_TREE: '/home/ada/calc',
    GIT_INDEX_FILE: '.git/index',
    GIT_PREFIX: '',
    GIT_CONFIG_PARAMETERS: "'a.b=c'",
    GIT_SSH_COMMAND: 'ssh -i key',
    GIT_AUTHOR_NAME: 'Ada',
  }
  expect(scrubEnvironment(env, APP)).toEqual({
    GIT_SSH_COMMAND: 'ssh -i key',
    GIT_AUTHOR_NAME: 'Ada',
  })
})
