import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { CANCELLED, SUCCESS } from '../../main/master/results.ts'
import {
  BUILDBOT_INSTALLED,
  type BuildbotMaster,
  type FinishedBuild,
  startBuildbotMaster,
} from '../helpers/buildbot.ts'
import { afterFile } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT, testEnvironment } from '../helpers/master.ts'
import { eventually, isAlive, isGone } from '../helpers/processes.ts'
import { type Relay, startRelay } from '../helpers/relay.ts'

// Debian's real master at the other end. One process serves the whole file.
describe.skipIf(!BUILDBOT_INSTALLED)('our slave under a stock master of Buildbot', () => {
  const basedir = temporaryFolder('slave')
  let said = ''
  let master: BuildbotMaster
  let relay: Relay
  let slave: ChildProcess

  beforeAll(async () => {
    master = await startBuildbotMaster()
    relay = await startRelay(master.slavePort)
    slave = startSlave()
    await attached()
  }, 60_000)

  /** As a person starts it on the far machine. */
  function startSlave(): ChildProcess {
    const password = join(temporaryFolder('password'), 'password')
    writeFileSync(password, 'pass:word\n', { mode: 0o600 })
    const dial = ['--master', `127.0.0.1:${relay.port}`, '--plain', '--password-file', password]
    const args = ['--name', 'w0', ...dial, '--basedir', basedir]
    const child = spawn(
      process.execPath,
      [join(ROOT, 'slave/main.ts'), ...args, '--state', temporaryFolder('state')],
      { env: { ...testEnvironment(), SLAVE_OWN: 'own' } },
    )
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', text => (said += text))
    afterFile(async () => {
      if (child.exitCode === null && child.kill()) await once(child, 'exit')
    })
    return child
  }

  const attached = () => eventually(() => said.includes('attached'), `an attached slave: ${said}`)

  interface Told {
    readonly name: string
    readonly results: number
    readonly text: string
  }

  /** Each step with its result and all that its logs hold. */
  async function told({ buildid }: FinishedBuild): Promise<Told[]> {
    const { steps } = await master.rest.get<{
      steps: { stepid: number; name: string; results: number }[]
    }>(`builds/${buildid}/steps`)
    const own = steps.filter(one => one.name !== 'worker_preparation')
    return Promise.all(
      own.map(async ({ stepid, name, results }) => {
        const { logs } = await master.rest.get<{ logs: { logid: number }[] }>(
          `steps/${stepid}/logs`,
        )
        const texts = logs.map(log => master.rest.text(`logs/${log.logid}/raw`))
        return { name, results, text: (await Promise.all(texts)).join('\n') }
      }),
    )
  }

  const lines = (text: string, with_: RegExp) => text.split('\n').filter(line => with_.test(line))

  test('runs a program: both streams, exit status, a file that it writes, a line without end', async () => {
    const build = await master.build('say')
    const [step] = await told(build)
    expect([
      step!.results,
      lines(step!.text, /^(out|err|side|\u{1f600} hi|exit status 3 .*)$/u).sort(),
    ]).toEqual([
      2,
      ['err', expect.stringMatching(/^exit status 3 after/), 'out', 'side', '\u{1f600} hi'],
    ])
  })

  test('gives a program the environment that its master asks for', async () => {
    const [step] = await told(await master.build('env'))
    expect(step!.text).toContain(`a:b ownown unset ${basedir}/env/build\n`)
  })

  test('loses nothing of a long line, although its master asks for short ones', async () => {
    const steps = await told(await master.build('long'))
    expect(steps.map(({ text }) => (text.match(/^x+$/gm) ?? []).join('').length)).toEqual([
      4096, 10_000, 200_000,
    ])
  })

  test('makes, copies, finds, sends and removes', async () => {
    const build = await master.build('files')
    const up = (...path: string[]) => readFileSync(join(master.folder, 'up', ...path), 'utf8')
    const failed = (await told(build)).filter(step => step.results !== SUCCESS)
    expect([failed, build.results]).toEqual([[], SUCCESS])
    expect([
      up('a.txt'),
      ...['plain', 'gz', 'bz2'].flatMap(kind => [up(kind, 'a.txt'), up(kind, 'sub/b.txt')]),
      up('multi/a.txt'),
      up('multi/sub/b.txt'),
    ]).toEqual([
      'hello upload',
      ...['plain', 'gz', 'bz2'].flatMap(() => ['hello upload', 'b\n']),
      'hello upload',
      'b\n',
    ])
  })

  test('ends what is silent, and what takes too long', async () => {
    const steps = await told(await master.build('limits'))
    expect(
      steps.map(({ results, text }) => [results, lines(text, /no output for|ran longer/)[0]]),
    ).toEqual([
      [2, expect.stringContaining('no output for 1 s')],
      [2, expect.stringContaining('ran longer than 1 s')],
    ])
  })

  test('gives a terminal where one is asked for, and standard input', async () => {
    const steps = await told(await master.build('terminal'))
    expect(
      steps.map(step => [step.results, lines(step.text, /^(terminal|typed)\r?$/).length]),
    ).toEqual([
      [SUCCESS, 1],
      [SUCCESS, 1],
    ])
  })

  test('is interrupted', async () => {
    const started = await master.rest.hear<{ buildid: number }>('builds/*/new')
    await master.force('sleepy')
    const { buildid } = await started.next()
    started.stop()
    await eventually(() => existsSync(join(basedir, 'sleepy/build/started')), 'a program that runs')
    await master.rest.call(`builds/${buildid}`, 'stop', { reason: 'enough' })
    const build = await master.finished()
    const [step] = await told(build)
    expect([build.results, step!.text]).toEqual([
      CANCELLED,
      expect.stringContaining('ended by SIGTERM'),
    ])
  })

  test('builds again after its line was cut', async () => {
    said = ''
    relay.cut()
    await attached()
    expect((await master.build('no-op')).results).toBe(SUCCESS)
  })

  test('ends what a step left with the next build of that builder, or with the link', async () => {
    const leave = async () => {
      const [step] = await told(await master.build('leave'))
      return [Number(/^left (\d+)/m.exec(step!.text)?.[1]), step!.text] as const
    }
    const [first, text] = await leave()
    expect(text).toMatch(/sleep \(pid .*ended with the next build here, or with the link/)
    await master.build('no-op')
    expect(isAlive(first)).toBe(true)
    const [second] = await leave()
    await isGone(first)
    expect(isAlive(second)).toBe(true)
    said = ''
    relay.cut()
    await isGone(second)
    await attached()
  })

  test('goes when its master sends it away', async () => {
    const exit = once(slave, 'exit')
    await master.rest.call('workers/1', 'stop', { reason: 'enough' })
    expect(await exit).toEqual([0, null])
  })
})
