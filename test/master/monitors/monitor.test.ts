import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { buildMonitors } from '../../../main/master/config/build-monitors.ts'
import type { MonitorConfig } from '../../../main/master/config/model.ts'
import { importBuildbot } from '../../../main/master/exchange/buildbot/import-buildbot.ts'
import { startMonitor } from '../../../main/master/monitors/monitor.ts'
import { later } from '../../helpers/cleanup.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT, testMaster } from '../../helpers/master.ts'
import { makeRepository } from '../../helpers/repository.ts'

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body: unknown
}

/** What answers as GitHub does, on loopback. */
async function fakeGitHub() {
  const asked: { path: string; headers: Record<string, unknown> }[] = []
  const site = {
    asked,
    url: '',
    answer: { body: { workflow_runs: [] } } as Answer,
  }
  const server = createServer((request, response) => {
    asked.push({ path: request.url!, headers: request.headers })
    const { status = 200, headers = {}, body } = site.answer
    if (headers.etag && request.headers['if-none-match'] === headers.etag)
      return void response.writeHead(304).end()
    response.writeHead(status, headers)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  later(() => server.close())
  site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return site
}

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 2, 10, 0, seconds)).toISOString()

function run(id: number, parts: object = {}) {
  return {
    id,
    name: 'CI',
    run_number: id - 100,
    run_attempt: 1,
    status: 'completed',
    conclusion: 'success',
    head_branch: 'main',
    head_sha: String(id).padStart(40, 'a'),
    display_title: `Change ${id}`,
    event: 'push',
    html_url: `https://github.example.org/ada/calc/actions/runs/${id}`,
    created_at: at(id),
    run_started_at: at(id + 1),
    updated_at: at(id + 30),
    ...parts,
  }
}

function configured(url: string, more: object = {}): MonitorConfig {
  const part = {
    name: 'ci',
    kind: 'github',
    repository: 'ada/calc',
    workflow: 'ci.yml',
    url,
  } as const
  const names = { slaves: [], projects: [], builders: [], schedulers: [], locks: [], monitors: [] }
  return buildMonitors([{ part: { ...part, ...more }, at: 0 }], '/master.yml', names, {
    add: (path: readonly unknown[], why: string) => {
      throw new Error(`${path.join('.')} ${why}`)
    },
    notice() {},
  } as never)[0]!
}

async function desk(more: object = {}) {
  const site = await fakeGitHub()
  const repository = makeRepository()
  repository.commit('Begin')
  const monitor = { name: 'ci', kind: 'github', repository: 'ada/calc', workflow: 'ci.yml' }
  const test = await testMaster({
    config: {
      projects: [{ name: 'calc', repository: repository.path, poll: 'off' }],
      builders: [{ name: 'own', project: 'calc', steps: [{ shell: 'true' }] }],
      monitors: [{ ...monitor, url: site.url, ...more }],
    },
  })
  const ci = test.data.builderByName('ci')!
  return {
    ...test,
    site,
    ci,
    // The first of these may wait for the look of the start.
    look: () => test.master.poll(),
    said: () => test.said.filter(text => text.startsWith('monitor')),
    builds: () =>
      test.data
        .builds({ builderId: ci.id, limit: 50, oldestFirst: true })
        .map(({ number, results, stateString }) => [number, results, stateString]),
  }
}

test('runs of a workflow that are over become builds, once, and the last try of each counts', async () => {
  const { site, look, data, ci, builds, said } = await desk({ branch: 'main', project: 'calc' })
  await look()
  site.answer = {
    body: {
      workflow_runs: [
        run(105, { status: 'in_progress', conclusion: null }),
        run(104, { conclusion: 'action_required' }),
        run(103, { conclusion: 'cancelled' }),
        run(102, { conclusion: 'failure' }),
        run(101),
      ],
    },
  }
  await look()
  expect(builds()).toEqual([
    [1, 0, 'success'],
    [2, 2, 'failure'],
    [3, 6, 'cancelled'],
    [4, 4, 'action required'],
  ])
  const [first] = data.builds({ builderId: ci.id, limit: 1, oldestFirst: true })
  expect(first).toMatchObject({
    slave: new URL(site.url).host,
    revision: String(101).padStart(40, 'a'),
    branch: 'main',
    reason: 'Change 101',
    scheduler: 'GitHub',
    startedAt: Date.parse(at(102)),
    completeAt: Date.parse(at(131)),
  })
  expect(data.propertiesOfBuild(first!.id)).toEqual({
    url: { value: 'https://github.example.org/ada/calc/actions/runs/101', source: 'GitHub' },
  })

  const again = run(102, { run_attempt: 2, run_started_at: at(200), updated_at: at(230) })
  site.answer = { body: { workflow_runs: [run(105), again, run(101)] } }
  await look()
  expect(builds()).toEqual([
    [1, 0, 'success'],
    [2, 0, 'success'],
    [3, 6, 'cancelled'],
    [4, 4, 'action required'],
    [5, 0, 'success'],
  ])
  expect(data.openRequests().filter(one => one.builderId === ci.id)).toEqual([])
  const second = data.buildByNumber(ci.id, 2)!
  const request = data.request(second.requestId)!
  const ended = { results: 0, completeAt: Date.parse(at(230)) }
  expect([second, request, data.buildset(request.buildsetId)]).toMatchObject([ended, ended, ended])
  expect(site.asked.at(-1)!.path).toBe(
    '/api/v3/repos/ada/calc/actions/workflows/ci.yml/runs?per_page=50&branch=main',
  )
  expect(said()).toEqual([])
})

test('what has not changed is not sent again, and a token is shown to whoever asks for one', async () => {
  const folder = temporaryFolder('token')
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, 'abc123\n')
  const { site, look, builds } = await desk({ tokenFile })
  await look()
  site.answer = { headers: { etag: '"one"' }, body: { workflow_runs: [run(101)] } }
  await look()
  await look()
  const { headers } = site.asked.at(-1)!
  expect([headers.authorization, headers['if-none-match']]).toEqual(['Bearer abc123', '"one"'])
  expect(builds()).toEqual([[1, 0, 'success']])
})

const FAULTS: readonly [string, Answer, RegExp][] = [
  [
    'no JSON',
    { body: '<html>' },
    /^127.0.0.1:\d+ does not answer as GitHub does: that is no JSON$/,
  ],
  [
    'other JSON',
    { body: { runs: [] } },
    /^127.0.0.1:\d+ does not answer as GitHub does: .*workflow_runs|expected array/,
  ],
  [
    'a run without a number',
    { body: { workflow_runs: [run(101, { run_number: 'x' })] } },
    /does not answer as GitHub does/,
  ],
  [
    'nothing of that name',
    { status: 404, body: {} },
    /has no workflow ci.yml of ada\/calc, or does not show it without a tokenFile$/,
  ],
  [
    'a limit',
    { status: 403, headers: { 'x-ratelimit-remaining': '0' }, body: {} },
    /answers no more questions for now; with a tokenFile it answers more$/,
  ],
  ['a fault', { status: 502, body: {} }, /answered with status 502$/],
  ['far too much', { body: ' '.repeat(9 * 1024 * 1024) }, /answered with more than 8388608 bytes$/],
  [
    'a moment of no sense',
    { body: { workflow_runs: [run(101, { created_at: '0000-01-01T00:00:00Z' })] } },
    / does not answer as GitHub does: workflow_runs\.0\.created_at: is not of this century$/,
  ],
  [
    'an id that is too large',
    { body: '{"workflow_runs":[{"id":9223372036854775807}]}' },
    / does not answer as GitHub does: workflow_runs\.0\.id: Too big/,
  ],
  [
    'an answer that ends too soon',
    { headers: { 'content-encoding': 'gzip' }, body: 'no gzip' },
    /^127\.0\.0\.1:\d+ did not answer to the end: /,
  ],
]

test('a bad answer is told once, in a sentence, and passes', async () => {
  const { site, look, builds, said, data } = await desk()
  await look()
  for (const [what, answer, words] of FAULTS) {
    const before = said().length
    site.answer = answer
    await look()
    await look()
    const [told, ...more] = said().slice(before)
    expect([told?.replace(/^monitor ci: /, ''), more], what).toEqual([
      expect.stringMatching(words),
      [],
    ])
  }
  expect(builds()).toEqual([])
  site.answer = { body: { workflow_runs: [run(101)] } }
  await look()
  expect(said().at(-1)).toBe('monitor ci: all is well again')
  expect(builds()).toEqual([[1, 0, 'success']])
  const kinds = data.events(0, 50).flatMap(one => (one.subject === 'ci' ? [one.kind] : []))
  expect(kinds).toEqual(['monitor-back', ...FAULTS.map(() => 'monitor-away')])
})

test('what can not be reached, or a file without a token, is told in a sentence', async () => {
  const { data, master } = await testMaster({ config: {}, mode: 'dormant' })
  const tell = async (monitor: MonitorConfig) => {
    const said: string[] = []
    const one = startMonitor({
      data,
      clock: master.clock,
      monitor,
      log: text => void said.push(text),
    })
    await one.look()
    await one.stop()
    return said
  }
  expect(await tell(configured('http://127.0.0.1:9'))).toEqual([
    expect.stringMatching(/^monitor ci: 127.0.0.1:9 can't be reached: /),
  ])
  expect(await tell(configured('http://127.0.0.1:9', { tokenFile: '/nowhere' }))).toEqual([
    "monitor ci: tokenFile /nowhere can't be read (ENOENT)",
  ])
  const endless = process.platform === 'win32' ? temporaryFolder('token') : '/dev/zero'
  expect(await tell(configured('http://127.0.0.1:9', { tokenFile: endless }))).toEqual([
    `monitor ci: tokenFile ${endless} holds no token`,
  ])
})

test('what is told of a run is taken as text, and no more of it than fits a window', async () => {
  const { site, look, builds, data, ci } = await desk()
  await look()
  const long = 'x'.repeat(1_000_000)
  site.answer = {
    body: {
      workflow_runs: [
        run(101, { conclusion: 'constructor', display_title: long, head_branch: long }),
        run(102, { conclusion: '__proto__' }),
      ],
    },
  }
  await look()
  expect(builds()).toEqual([
    [1, 4, 'constructor'],
    [2, 4, '  proto  '],
  ])
  const [first] = data.builds({ builderId: ci.id, limit: 1, oldestFirst: true })
  expect([first!.reason.length, first!.branch!.length]).toEqual([500, 500])
})

test('own builds, the history of a Buildbot and runs of a workflow stand side by side', async () => {
  const dataDir = temporaryFolder('data')
  const from = join(temporaryFolder('buildbot'), 'state.sqlite')
  const packed = readFileSync(join(ROOT, 'test/fixtures/buildbot/state.sqlite.zst'))
  writeFileSync(from, zstdDecompressSync(packed))
  importBuildbot({ dataDir, from, now: Date.now() })
  const site = await fakeGitHub()
  site.answer = { body: { workflow_runs: [run(102, { conclusion: 'failure' }), run(101)] } }
  const master = await testMaster({
    dataDir,
    config: {
      builders: [{ name: 'own', steps: [{ shell: 'true' }] }],
      monitors: [
        { name: 'ci', kind: 'github', repository: 'ada/calc', workflow: 'ci.yml', url: site.url },
      ],
    },
  })
  await master.build('own')
  if (master.data.builds({ builderId: master.data.builderByName('ci')!.id, limit: 2 }).length < 2)
    await master.until('build/changed', build => build.number === 2 && build.results === 2)

  const { builds } = await master.master.history.ask('page', {
    at: Date.now() + 1,
    side: 'before',
    limit: 100,
  })
  const names = new Map(master.data.builders().map(one => [one.id, one.name]))
  const columns = Object.groupBy(builds, build => names.get(build.builderId)!)
  expect(
    Object.fromEntries(Object.entries(columns).map(([name, own]) => [name, own!.length])),
  ).toEqual({ own: 1, ci: 2, 'calc-linux': 4, slow: 1 })
  expect(master.data.countWaiting()).toEqual([])
})
