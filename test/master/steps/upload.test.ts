import { createHash } from 'node:crypto'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { outcome, type TestMaster, testMaster } from '../../helpers/master.ts'

let one: TestMaster
let count = 0
beforeAll(async () => {
  one = await testMaster()
})

async function upload(script: string, patterns: string | readonly string[]) {
  const name = `it-${++count}`
  const { problems } = one.configure({
    builders: [{ name, steps: [{ shell: script, name: 'make' }, { upload: patterns }] }],
  })
  expect(problems).toEqual([])
  return one.build(name)
}

const kept = (build: Build) => one.data.artifactsOfBuild(build.id)

async function content(sha256: string): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of one.master.artifacts.read(sha256)) parts.push(part as Buffer)
  return String(Buffer.concat(parts))
}

test('files that match are kept with their paths, and no folders', async () => {
  const build = await upload(
    'mkdir -p dist/deep.tgz dist/x; echo a > dist/a.tgz; echo bb > dist/x/b.tgz; echo c > dist/c.txt',
    'dist/**/*.tgz',
  )
  const [a, b] = kept(build)
  expect([
    one.steps(build).upload,
    kept(build).map(({ path, sizeBytes }) => [path, sizeBytes]),
    await content(a!.sha256),
    b!.sha256,
  ]).toEqual([
    'success: 2 files',
    [
      ['dist/a.tgz', 2],
      ['dist/x/b.tgz', 3],
    ],
    'a\n',
    createHash('sha256').update('bb\n').digest('hex'),
  ])
})

test('several patterns may match one file, which is kept once', async () => {
  const build = await upload('echo a > a.txt; echo b > b.txt', ['a.txt', '*.txt'])
  expect([one.steps(build).upload, kept(build).map(one => one.path)]).toEqual([
    'success: 2 files',
    ['a.txt', 'b.txt'],
  ])
})

test.each(['dist/*.tgz', 'none', '../*', '/etc/hostname'])(
  'a pattern that matches nothing here (%s) is a failure',
  async pattern => {
    const build = await upload('touch ../outside', pattern)
    expect([outcome(build), kept(build)]).toEqual([
      `failure: failed in upload: no file matches ${pattern}`,
      [],
    ])
  },
)

test('names may hold any letters', async () => {
  const names = [
    'with space.txt',
    'ünï.txt',
    '日本 😀.txt',
    '-stroke.txt',
    '[1]{2}.txt',
    'q\'"u.txt',
    '#%3F.txt',
  ]
  const quoted = names.map(name => `'./${name.replaceAll("'", `'\\''`)}'`)
  const build = await upload(`touch ${quoted.join(' ')}`, '*.txt')
  expect(
    kept(build)
      .map(one => one.path)
      .toSorted(),
  ).toEqual(names.toSorted())
})

test('the same content is stored once, whoever kept it', async () => {
  const first = await upload('echo the same content > a', 'a')
  const second = await upload('echo the same content > b', 'b')
  const stored = readdirSync(join(one.dataDir, 'artifacts'), { recursive: true, encoding: 'utf8' })
  const { sha256 } = kept(first)[0]!
  expect([kept(second)[0]!.sha256, stored.filter(name => name.includes(sha256))]).toEqual([
    sha256,
    [`${sha256.slice(0, 2)}/${sha256}`],
  ])
})

test('a large file is kept byte for byte', async () => {
  const build = await upload('head -c 5000000 /dev/urandom > big; sha256sum big', 'big')
  const said = (await one.logText(build, 'make')).split(' ')[0]
  expect(kept(build)).toMatchObject([{ sizeBytes: 5_000_000, sha256: said }])
})

test('what a stopped upload had begun is not left behind', async () => {
  const name = `it-${++count}`
  one.configure({
    builders: [
      {
        name,
        steps: [{ shell: 'head -c 300000000 /dev/zero > big', name: 'make' }, { upload: 'big' }],
      },
    ],
  })
  const id = one.request(name)
  const step = await one.until('step/changed', ({ name }) => name === 'upload')
  one.master.distributor.stopBuild(step.buildId, 'no room')
  await one.completed(id)
  const build = one.data.build(step.buildId)!
  expect([outcome(build), kept(build)]).toEqual(['cancelled: no room', []])
})

test('files that a killed master had begun to take in are removed by the next one', async () => {
  const incoming = join(one.dataDir, 'artifacts/incoming')
  writeFileSync(join(incoming, 'left'), 'half')
  await one.restart()
  await upload('echo more > a', 'a')
  expect([readdirSync(incoming), statSync(incoming).mode & 0o077]).toEqual([[], 0])
})
