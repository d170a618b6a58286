import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../helpers/cli.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { outcome, slaveProgram, testMaster } from '../../helpers/master.ts'
import { CLI, startServing } from '../../helpers/serve.ts'

// What file systems take and URLs do not.
const ODD = `a ö数":#%?'&\\;`

test('slaves and the command line find their sockets in a folder of any name', async () => {
  const dataDir = join(temporaryFolder('odd'), ODD)
  mkdirSync(dataDir)
  writeFileSync(
    join(dataDir, 'master.yml'),
    'builders: [{ name: a, steps: [{ shell: echo here, name: x }] }]',
  )
  const master = startServing(dataDir)
  await master.ready
  const ran = await runCli(CLI, dataDir, 'force', 'a', '--wait')
  expect(ran).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^here$[\s\S]*a #1: success/m),
    err: '',
  })
  master.child.kill('SIGTERM')
  await master.exited
})

test('a slave that can not start tells why, each time that it is tried', async () => {
  const broken = { ...slaveProgram(), args: ['-e', 'console.log("no such disk"); process.exit(7)'] }
  const one = await testMaster({
    config: { builders: [{ name: 'a', steps: [{ shell: 'true', name: 'x' }] }] },
    slaveProgram: broken,
  })
  const again = await one.until('slave/changed', ({ state, reason }) => {
    return state === 'starting' && reason !== ''
  })
  expect(again.reason).toMatch(/^the last start failed: the slave ended before it could be reached/)
  expect(one.said.join('\n')).toMatch(/slave local: .*could be reached.*it is started again in/)
})

// Of one that has a copy of its program see the quit of an AppImage in test/e2e/update.spec.ts.
test('a slave whose program goes with the app is ended with it, and its build is made anew', async () => {
  const go = join(temporaryFolder('go'), 'go')
  const wait = `echo begun; until [ -e '${go}' ]; do sleep 0.02; done`
  const one = await testMaster({
    config: { builders: [{ name: 'a', steps: [{ shell: wait, name: 'x' }] }] },
    slaveProgram: { ...slaveProgram(), lasting: async () => undefined },
  })
  const request = one.request('a')
  await one.wrote('x', 'begun')
  expect(one.master.slaves.survives('local')).toBe(false)

  await one.restart({}, 'leave')
  writeFileSync(go, '')
  await one.completed(request)

  expect(one.data.buildsOfRequest(request).map(outcome)).toEqual([
    'retry: the master stopped',
    'success: build successful',
  ])
})
