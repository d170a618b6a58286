import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT } from '../helpers/master.ts'
import { eventually, isAlive, isGone } from '../helpers/processes.ts'

const LIB = pathToFileURL(join(ROOT, 'scripts/lib.mjs')).href
const CHILD = `
  const { writeFileSync } = require('node:fs')
  const [, pid, told] = process.argv
  process.on('SIGTERM', () => { writeFileSync(told, ''); process.exit(0) })
  setInterval(() => {}, 1000)
  writeFileSync(pid, String(process.pid))`

// npm runs a script in a shell. That dies of the signal, and tells nobody.
async function endShell() {
  const folder = temporaryFolder('npm')
  const [script, pid, told] = ['wrapper.mjs', 'pid', 'told'].map(name => join(folder, name))
  const args = JSON.stringify(['-e', CHILD, pid, told])
  const run = `import { run } from ${JSON.stringify(LIB)}; process.exit(await run(process.execPath, ${args}))`
  writeFileSync(script!, `process.stdout.write(process.pid + '\\n'); ${run}`)
  const shell = spawn('/bin/sh', ['-c', '"$0" "$1"; true', process.execPath, script!], {
    env: { PATH: process.env.PATH!, npm_lifecycle_event: 'npx' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  shell.stdout.on('data', text => (said += text))
  await eventually(() => existsSync(pid!), 'the program')
  const wrapper = Number(said)
  later(() => isAlive(wrapper) && process.kill(wrapper, 'SIGTERM'))
  shell.kill('SIGTERM')
  return { wrapper, told: () => existsSync(told!) }
}

test('a signal to npm ends in order what npm has started', async () => {
  const { wrapper, told } = await endShell()
  await isGone(wrapper)
  expect(told()).toBe(true)
})
