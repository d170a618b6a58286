import { chmodSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { builtCli } from '../helpers/built-app.ts'
import { runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT } from '../helpers/master.ts'
import { CLI, startServing } from '../helpers/serve.ts'
import { startSlaveProcess } from '../helpers/slave-process.ts'

const BUILT = builtCli()
const PROGRAM = BUILT ?? CLI
const SLAVE = BUILT ? join(dirname(BUILT), 'slave.js') : join(ROOT, 'slave/main.ts')

const cli = (dataDir: string, ...args: string[]) => runCli(PROGRAM, dataDir, ...args)

test('a slave is attached, invited and detached on the command line', async () => {
  const dataDir = temporaryFolder('data')
  writeFileSync(join(dataDir, 'master.yml'), 'slaves: []\nslavePort: 127.0.0.1:0\n')
  const serving = startServing(dataDir, PROGRAM)
  await serving.ready
  expect(serving.said()).toMatch(/slaves dial in at 127\.0\.0\.1:\d+, fingerprint \S{71}\n/)
  const slave = startSlaveProcess(['--listen', '127.0.0.1:0', '--name', 'mini'], {
    program: [process.execPath, SLAVE],
  })
  const address = await slave.until(/waits at (\S+)/)
  const code = await slave.until(/code (\S+),/)

  expect(await cli(dataDir, 'attach', address, '--code', '222-222', '--yes')).toMatchObject({
    code: 1,
    err: 'triphammer: The code is not the one that the slave shows. Type it again; 4 tries are left.\n',
  })
  const other = ['--fingerprint', 'ab'.repeat(32)]
  expect(await cli(dataDir, 'attach', address, '--code', code, ...other)).toMatchObject({
    code: 1,
    err: expect.stringContaining('another fingerprint than the one that was compared'),
  })
  const attached = await cli(dataDir, 'attach', address, '--code', code, '--yes', '--json')
  expect(JSON.parse(attached.out)).toEqual({
    name: 'mini',
    address,
    fingerprint: await slave.until(/fingerprint (\S+)/),
  })
  await slave.until(/is paired/)

  const password = join(temporaryFolder('password'), 'p')
  writeFileSync(password, 'as in buildbot.tac\n')
  chmodSync(password, 0o600)
  const invited = await cli(dataDir, 'attach', '--invite', 'lab', '--password-file', password)
  expect(invited.out).toMatch(
    /curl -fsSkO https:\/\/127\.0\.0\.1:\d+\/triphammer-slave-\S+\.tgz && node -e ".*" && npx --yes \.\/triphammer-slave-\d\S+\.tgz --master 127\.0\.0\.1:\d+ --name lab --fingerprint/,
  )
  expect(invited.out).toContain('buildbot-worker create-worker')
  expect(invited.err).toBe('')
  writeFileSync(password, 'pass\n')
  const short = await cli(dataDir, 'attach', '--invite', 'lab', '--password-file', password)
  expect([short.code, short.err]).toEqual([
    0,
    `warning: the password in ${password} has 4 characters and can be guessed by whoever reaches the port; Triphammer makes longer ones\n`,
  ])
  writeFileSync(password, '\n')
  const empty = await cli(dataDir, 'attach', '--invite', 'lab', '--password-file', password)
  expect([empty.code, empty.err]).toEqual([2, `triphammer: --password-file ${password} is empty\n`])
  const slip = await cli(dataDir, 'attach', address, '--code', '12')
  expect([slip.code, slip.err]).toEqual([
    2,
    'triphammer: "12" is not a pairing code. A code has six letters and digits, as in 47K-9R2.\n',
  ])
  const mixed = await cli(dataDir, 'attach', '--invite', 'lab', '--code', 'CN9-AVG')
  expect([mixed.code, mixed.err]).toEqual([
    2,
    'triphammer: --code is not for --invite; it belongs to the address of a slave that waits\n',
  ])

  expect(await cli(dataDir, 'detach', 'mini')).toEqual({
    code: 0,
    out: 'mini is no longer attached; it stays in master.yml\n',
    err: '',
  })
  await slave.until(/the master was forgotten/)
})

test('a slave port that can not be had ends serve with one line', async () => {
  const dataDir = temporaryFolder('data')
  const first = startServing(dataDir, PROGRAM, ['--slave-port', '127.0.0.1:0'])
  await first.ready
  const port = /slaves dial in at 127\.0\.0\.1:(\d+)/.exec(first.said())![1]!
  const http = ['--http', '127.0.0.1:0']
  const taken = await cli(
    temporaryFolder('data'),
    'serve',
    ...http,
    '--slave-port',
    `127.0.0.1:${port}`,
  )
  expect(taken).toMatchObject({
    code: 1,
    err: `triphammer: Slaves can't dial in: 127.0.0.1:${port} is in use by another program; name another with slavePort or --slave-port.\n`,
  })
})
