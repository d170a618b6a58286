import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { CANCELLED, RETRY } from '../../../main/master/results.ts'
import { BUILDBOT_INSTALLED, startWorker, type Worker } from '../../helpers/buildbot.ts'
import { outcome, type TestMaster, testMaster } from '../../helpers/master.ts'
import { eventually, isAlive, isGone } from '../../helpers/processes.ts'
import { type Relay, startRelay } from '../../helpers/relay.ts'
import { anyPackage } from '../../helpers/remote.ts'
import { makeRepository, type TestRepository } from '../../helpers/repository.ts'

const JUNIT =
  '<testsuite name="s"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>'

// Whole builds on Debian's real buildbot-worker, by the door through which it comes in real use.
describe.skipIf(!BUILDBOT_INSTALLED)('builds on a stock worker', () => {
  let desk: TestMaster
  let worker: Worker
  let relay: Relay
  let revision: string
  let repository: TestRepository
  let config: object

  beforeAll(async () => {
    repository = makeRepository()
    revision = repository.commit('one', { 'src/a.txt': 'a\n' })
    const builder = (name: string, steps: (string | object)[]) => ({ name, project: 'calc', steps })
    config = {
      slavePort: { host: '127.0.0.1', port: 0, tls: false },
      slaves: [{ name: 'w0', kind: 'remote' }],
      projects: [{ name: 'calc', repository: repository.path, poll: 'off' }],
      builders: [
        builder('whole', [
          'git',
          {
            shell: 'cat src/a.txt; echo $GREETING $BUILDER',
            name: 'say',
            env: { GREETING: 'hi' },
          },
          {
            shell: 'mkdir -p dist/deep; printf one > dist/1.tgz; printf two > dist/deep/2.tgz',
            name: 'make',
          },
          { upload: 'dist/**/*.{tgz,zip}' },
          { upload: '*.none', name: 'nothing', haltOnFailure: false, flunkOnFailure: false },
          { test: `echo '${JUNIT}' > junit.xml`, name: 'test' },
        ]),
        builder('origin', [
          'git',
          {
            shell: 'git remote get-url origin; git branch -r',
            env: { X: `$\{{ prop.x }}` },
            name: 'say',
          },
        ]),
        builder('silent', [{ shell: 'echo; sleep 60', timeout: '1s', name: 'silent' }]),
        builder('slow', [{ shell: 'sleep 60', maxTime: '1s', name: 'slow' }]),
        builder('long', [{ shell: 'echo $$ > pid; echo on; exec sleep 600', name: 'sleep' }]),
        ...['twice', 'again'].map(name =>
          builder(name, [
            {
              shell:
                'test -e there && echo second || { echo $$ > there; echo first; exec sleep 600; }',
              name: 'once',
            },
          ]),
        ),
      ],
    }
    desk = await testMaster({ config, slavePackage: anyPackage() })
    const { remote } = desk.master
    await remote.settled()
    await remote.invite('w0', 'pass:word')
    relay = await startRelay(remote.info().slavePort!.port)
    worker = startWorker({ port: relay.port, name: 'w0', password: 'pass:word' })
    await online()
  })

  const online = () =>
    eventually(() => desk.data.slaves()[0]!.state === 'online', 'a worker that is attached')

  const pidOf = (builder: string, file: string) =>
    Number(readFileSync(join(worker.folder, builder, 'build', file), 'utf8'))

  test('check out, run, keep files and read tests', async () => {
    const build = await desk.build('whole')
    expect(desk.steps(build)).toEqual({
      git: `success: ${revision.slice(0, 10)}`,
      say: 'success',
      make: 'success',
      upload: 'success: 2 files',
      nothing: 'failure: no file matches *.none',
      test: 'failure: 1 of 2 tests failed',
    })
    expect([
      build.revision,
      await desk.logText(build, 'say'),
      desk.data.artifactsOfBuild(build.id).map(one => [one.path, one.sizeBytes]),
    ]).toEqual([
      revision,
      'a\nhi whole\n',
      [
        ['dist/1.tgz', 3],
        ['dist/deep/2.tgz', 3],
      ],
    ])
  })

  test('have checkouts as a clone is, and say which values this worker fills in by itself', async () => {
    const build = await desk.build('origin', { properties: { x: `$\{HOME}` } })
    const header = await desk.logText(build, 'say', { streams: ['header'] })
    expect([await desk.logText(build, 'say'), header]).toEqual([
      `${repository.path}\n  origin/HEAD -> origin/main\n  origin/main\n`,
      expect.stringContaining('that this slave takes for a variable of its own'),
    ])
  })

  test.each([
    ['silent', 'failure: no output for 1 s'],
    ['slow', 'failure: ran longer than 1 s'],
  ])(
    'a step that is %s says why it was ended, although this worker does not',
    async (name, said) => {
      expect(desk.steps(await desk.build(name))).toEqual({ [name]: said })
    },
  )

  test('are stopped, and nothing of them is left', async () => {
    const id = desk.request('long')
    await desk.wrote('sleep', 'on')
    const pid = pidOf('long', 'pid')
    const [running] = desk.data.runningBuilds()
    desk.master.distributor.stopBuild(running!.id, 'enough')
    await desk.completed(id)
    const build = desk.data.build(running!.id) as Build
    expect([build.results, await isGone(pid)]).toEqual([CANCELLED, true])
  })

  test('are built again when the line was cut, and the orphan is ended first', async () => {
    const id = desk.request('twice')
    await desk.wrote('once', 'first')
    const pid = pidOf('twice', 'there')
    relay.cut()
    await desk.completed(id)
    const builds = desk.data.buildsOfRequest(id)
    expect([
      builds.map(one => outcome(one).replace(/:.*/, '')),
      builds[0]!.results,
      await desk.logText(builds[1]!, 'once'),
      await isGone(pid),
    ]).toEqual([['retry', 'success'], RETRY, 'second\n', true])
  })

  test('go on under the next run of the master, to which the worker comes by itself', async () => {
    const [slave] = desk.data.slaves()
    expect([slave!.link.program, slave!.info.version]).toEqual([
      'buildbot-worker',
      expect.stringMatching(/^\d/),
    ])
    const { port } = desk.master.remote.info().slavePort!
    await desk.restart({
      config: { ...config, slavePort: { host: '127.0.0.1', port, tls: false } },
    })
    await online()
    expect([isAlive(worker.pid), outcome(await desk.build('whole')).split(':')[0]]).toEqual([
      true,
      'failure',
    ])
  })

  test('leave no orphan behind, also when the master goes while the line is cut', async () => {
    const id = desk.request('again')
    await desk.wrote('once', 'first')
    const pid = pidOf('again', 'there')
    relay.cut()
    const { port } = desk.master.remote.info().slavePort!
    await desk.restart({
      config: { ...config, slavePort: { host: '127.0.0.1', port, tls: false } },
    })
    await desk.completed(id)
    const last = desk.data.buildsOfRequest(id).at(-1)!
    expect([await isGone(pid), await desk.logText(last, 'once')]).toEqual([true, 'second\n'])
  })
})
