import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'

const HERE = pathToFileURL(`${import.meta.dirname}/`)
const CONF_STORE = new URL('../../main/host/conf-store.ts', HERE).href

// A listener that was there first, and would see the process die if the signal came twice.
const PROGRAM = `
process.once('SIGTERM', () => setImmediate(() => setImmediate(() => process.exit(7))))
const { loadConf } = await import(${JSON.stringify(CONF_STORE)})
const create = await loadConf()
const store = create({ cwd: process.argv[1], configName: 'state', projectVersion: '1.0.0' })
store.set('theme', 'dark')
setInterval(() => {}, 1000)
console.log('ready')
`

test('a signal reaches who listens for it, and nobody raises it again', async () => {
  const args = ['--input-type=module', '-e', PROGRAM, temporaryFolder('conf')]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  later(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')

  child.kill('SIGTERM')

  expect(await once(child, 'exit')).toEqual([7, null])
})
