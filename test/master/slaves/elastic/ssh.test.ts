import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RETRY, SUCCESS } from '../../../../main/master/results.ts'
import { createFakeClock } from '../../../helpers/clock.ts'
import { plainFolder, temporaryFolder } from '../../../helpers/folders.ts'
import { ROOT, testEnvironment, testMaster } from '../../../helpers/master.ts'
import { isGone, processesWith } from '../../../helpers/processes.ts'
import { packedSlave } from '../../../helpers/scripted-engine.ts'
import { mayLogIn, startSshd } from '../../../helpers/sshd.ts'

// A real sshd of this machine on loopback, and the real ssh.

interface Wish {
  readonly sshd?: { readonly trusted?: boolean; readonly known?: boolean }
  readonly slave?: object
  readonly script?: string
  readonly env?: Record<string, string>
}

async function masterWith({ sshd: kind = {}, slave = {}, script = 'echo built', env }: Wish = {}) {
  const sshd = await startSshd(kind)
  const basedir = join(plainFolder('far'), 'builds')
  const clock = createFakeClock()
  const master = await testMaster({
    env: env ?? testEnvironment(),
    packedSlave: await packedSlave(),
    clock,
    config: {
      slaves: [
        {
          name: 'mini',
          kind: 'ssh',
          host: 'far',
          sshConfig: sshd.config,
          node: process.execPath,
          basedir,
          ...slave,
        },
      ],
      builders: [{ name: 'calc', steps: [{ shell: script, name: 'build' }] }],
    },
  })
  const trouble = () =>
    master.until(
      'slave/changed',
      one => one.state === 'offline' && one.reason !== '' && one.reason !== 'starts on demand',
    )
  return { sshd, basedir, clock, master, trouble }
}

const over = test.skipIf(!(await mayLogIn()))

over('a slave comes up over ssh, builds, and goes when it is idle', async () => {
  const { basedir, clock, master } = await masterWith({ script: 'echo built in $PWD' })
  const build = await master.build('calc')
  const text = await master.logText(build, 'build')
  const { info, building } = master.data.slave('mini')!
  if (building.length > 0) await master.until('slave/changed', one => one.building.length === 0)
  const offline = master.until('slave/changed', one => one.state === 'offline')
  clock.advance(5 * 60_000)
  const { reason } = await offline
  await isGone(info.pid as number)
  expect([build.results, text, reason, readdirSync(basedir).sort()]).toEqual([
    SUCCESS,
    `built in ${basedir}/calc/build\n`,
    'starts on demand',
    ['calc', expect.stringMatching(/^triphammer-slave-[0-9a-f]{16}\.mjs$/)],
  ])
})

over(
  'an ssh line that is cut in mid-build costs a RETRY, and nothing goes on over there',
  async () => {
    const token = `cut-${process.pid}`
    const marker = join(temporaryFolder(), 'second')
    const { sshd, clock, master, trouble } = await masterWith({
      script: `test -e '${marker}' || { echo hangs; sh -c 'sleep 600; : ${token}'; }`,
    })
    const request = master.request('calc')
    await master.wrote('build', 'hangs')
    const pids = processesWith(token).map(one => one.pid)
    writeFileSync(marker, '')
    const cut = trouble()
    sshd.cut()
    const { reason } = await cut
    await isGone(...pids)
    clock.advance(5000)
    await master.completed(request)
    const results = master.data.buildsOfRequest(request).map(build => build.results)
    expect([pids.length > 0, reason, results]).toEqual([
      true,
      expect.stringMatching(/^ssh far ended with exit status 255: .+/),
      [RETRY, SUCCESS],
    ])
  },
)

over('an installed Triphammer over there can be used instead', async () => {
  const bin = plainFolder('bin')
  const file = join(bin, 'triphammer')
  writeFileSync(
    file,
    `#!/bin/sh\nshift\nexec ${process.execPath} ${join(ROOT, 'slave/main.ts')} "$@"\n`,
    { mode: 0o755 },
  )
  const { basedir, master } = await masterWith({ slave: { command: file } })
  const build = await master.build('calc')
  expect([build.results, readdirSync(basedir)]).toEqual([SUCCESS, ['calc']])
})

const oldNode = ['/usr/bin/node'].find(
  file =>
    existsSync(file) && Number(/\d+/.exec(String(spawnSync(file, ['--version']).stdout))) < 22,
)

over.each([
  [
    'no key is accepted',
    { sshd: { trusted: false } },
    'far accepts no key of yours without asking: see that "ssh -o BatchMode=yes far true" works in a terminal',
  ],
  [
    'the host is not known yet',
    { sshd: { known: false } },
    'ssh does not trust the key that far shows: run "ssh far" once in a terminal and see to it',
  ],
  [
    'nobody listens',
    { slave: { port: 1 } },
    'far does not listen for ssh: is its ssh service running, and "port:" right?',
  ],
  [
    'the name is unknown',
    { slave: { host: 'nowhere.invalid' } },
    'the name nowhere.invalid is not known: is it spelled right, and is the network up?',
  ],
  [
    'there is no Node',
    { slave: { node: 'node-of-nobody' } },
    'there is no "node-of-nobody" on far: a slave needs Node 22 or later there; install it, or say with "node:" where it is',
  ],
  [
    'ssh is missing',
    { env: { PATH: '/nowhere' } },
    '"ssh" was not found on this machine: install OpenSSH\'s client',
  ],
  ...(oldNode
    ? [
        [
          'Node is old',
          { slave: { node: oldNode } },
          /^far has Node \d+\.\d+\.\d+, and a slave needs Node 22 or later: /,
        ] as const,
      ]
    : []),
] as const)('that %s is told in a sentence', async (_, wish, words) => {
  const { master, trouble } = await masterWith(wish as Wish)
  const told = trouble()
  master.request('calc')
  expect((await told).reason).toEqual(
    typeof words === 'string' ? words : expect.stringMatching(words),
  )
})
