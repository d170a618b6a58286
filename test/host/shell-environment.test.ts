import '../helpers/with-processes.ts'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isFromLauncher, readShellEnvironment } from '../../main/host/shell-environment.ts'
import { temporaryFolder } from '../helpers/folders.ts'

const NODE = { file: process.execPath, env: {} }

/** A shell of the person's own: bash, whose dot file is the given text. */
function asking(dotFile: string, more: { shell?: string; timeoutMs?: number } = {}) {
  const home = temporaryFolder('home')
  for (const name of ['.bash_profile', '.bashrc']) writeFileSync(join(home, name), dotFile)
  const env = { HOME: home, PATH: '/usr/bin:/bin', SHELL: more.shell ?? '/bin/bash', KEPT: 'yes' }
  return readShellEnvironment({
    env,
    node: NODE,
    now: 7,
    ...(more.timeoutMs !== undefined && { timeoutMs: more.timeoutMs }),
  })
}

test('what the dot files of a shell set up is there, and nothing of the asking', async () => {
  const { values, from, problem, shell } = await asking(
    'export PATH="$HOME/.cargo/bin:$PATH" GREETING="two\nlines"\n',
  )

  expect([from, problem, shell, values.KEPT, values.GREETING]).toEqual([
    ...['shell', null, '/bin/bash', 'yes', 'two\nlines'],
  ])
  expect(values.PATH).toMatch(/\/\.cargo\/bin:.*\/usr\/bin/)
  for (const name of ['TRIPHAMMER_SHELL_MARK', 'ELECTRON_RUN_AS_NODE', 'SHLVL', '_'])
    expect(values).not.toHaveProperty(name)
})

test('a shell that prints banners is understood', async () => {
  const { from, values } = await asking('echo "Welcome! {"; echo trouble >&2; export A=1\n')

  expect([from, values.A]).toEqual(['shell', '1'])
})

test('a shell that hangs is not waited for, and nothing of it lives', async () => {
  const { from, values, problem } = await asking('sleep 600\n', { timeoutMs: 300 })

  expect([from, values.KEPT, problem]).toEqual([
    'process',
    'yes',
    'bash did not answer within 0.3 s',
  ])
})

test('a shell that ends, and one that is not there, are told in words', async () => {
  const folder = temporaryFolder('shells')
  const none = join(folder, 'none')
  const silent = join(folder, 'silent')
  writeFileSync(silent, '#!/bin/sh\nexit 3\n')
  chmodSync(silent, 0o755)

  expect([
    (await asking('', { shell: silent })).problem,
    (await asking('', { shell: none })).problem,
  ]).toEqual(['silent ended with 3 and no answer', expect.stringContaining('could not be started')])
})

test.each([
  ['from Finder', {}, 'darwin', false, true],
  ['from a desktop file', { SHLVL: '0' }, 'linux', false, true],
  ['from a terminal', { SHLVL: '1' }, 'linux', true, false],
  ['from a script in a terminal', { SHLVL: '2' }, 'darwin', false, false],
  ['from the terminal of an editor', { TERM_PROGRAM: 'vscode' }, 'darwin', false, false],
  ['on Windows, where all have one environment', {}, 'win32', false, false],
] as const)('started %s', (_how, env, platform, isTerminal, launcher) => {
  expect(isFromLauncher(env, platform, isTerminal)).toBe(launcher)
})
