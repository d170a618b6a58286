import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../helpers/folders.ts'
import { outcome, testMaster } from '../../../helpers/master.ts'
import { eventually } from '../../../helpers/processes.ts'
import { startRelay } from '../../../helpers/relay.ts'
import { anyPackage } from '../../../helpers/remote.ts'
import { startSlaveProcess } from '../../../helpers/slave-process.ts'

test('a slave of another machine goes on through a cut and a restart of its master', async () => {
  const folder = temporaryFolder('far')
  const go = join(folder, 'go')
  const password = join(folder, 'password')
  writeFileSync(password, 'pass:word\n', { mode: 0o600 })
  const port = (number: number) => ({ host: '127.0.0.1', port: number, tls: false })
  const config = {
    slaves: [{ name: 'far', kind: 'remote' }],
    builders: [
      {
        name: 'a',
        steps: [
          {
            shell: `echo begun; while [ ! -e '${go}' ]; do sleep 0.02; done; echo over`,
            name: 'x',
          },
        ],
      },
    ],
  }
  const one = await testMaster({
    config: { ...config, slavePort: port(0) },
    slavePackage: anyPackage(),
  })
  await one.master.remote.settled()
  await one.master.remote.invite('far', 'pass:word')
  const { port: own } = one.master.remote.info().slavePort!
  const relay = await startRelay(own)
  startSlaveProcess([
    ...['--name', 'far', '--basedir', folder, '--master', `127.0.0.1:${relay.port}`],
    ...['--plain', '--password-file', password],
  ])
  const id = one.request('a')
  const { buildId } = await one.wrote('x', 'begun')

  relay.cut()
  await eventually(() => one.data.slave('far')!.state === 'lost', 'the loss of the link')
  await eventually(() => one.data.slave('far')!.state === 'online', 'the next link')
  await one.stop('leave')
  writeFileSync(go, '')
  await one.restart({ config: { ...config, slavePort: port(own) } })
  await one.completed(id)

  const build = one.data.build(buildId)!
  expect([
    outcome(build),
    await one.logText(build, 'x'),
    one.data.builds({ limit: 9 }).length,
  ]).toEqual(['success: build successful', 'begun\nover\n', 1])
})
