import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { CAPABILITIES } from '../../../slave/protocol/capabilities.ts'
import { ROOT, slaveProgram, type TestMaster, testMaster } from '../../helpers/master.ts'
import { processesWith } from '../../helpers/processes.ts'
import { makeRepository } from '../../helpers/repository.ts'

// The master of this version with slaves that lack one of its capabilities each, or all of them.
const LACKING = ['nothing', ...Object.keys(CAPABILITIES), 'all']
const JUNIT = '<testsuite name="s"><testcase name="a"/></testsuite>'
const BYTES = [0xff, 0x0d, 0x0a, 0x61, 0x0a]

let desk: TestMaster
let revision: string
let builds: readonly Build[]

beforeAll(async () => {
  const repository = makeRepository()
  revision = repository.commit('one', { 'src/a.txt': 'a\n' })
  const entry = join(ROOT, 'test/helpers/slave-without.ts')
  desk = await testMaster({
    slaveProgram: { ...slaveProgram(), args: [entry] },
    config: {
      slaves: LACKING.map(one => ({ name: `without-${one}` })),
      projects: [{ name: 'calc', repository: repository.path, poll: 'off' }],
      builders: LACKING.map(one => ({
        name: one,
        project: 'calc',
        slaves: [`without-${one}`],
        steps: [
          'git',
          {
            shell: 'cat src/a.txt; echo err >&2; echo own > own.txt',
            name: 'say',
            logfiles: { own: 'own.txt' },
          },
          {
            shell: `printf '${BYTES.map(byte => `\\${byte.toString(8)}`).join('')}'`,
            name: 'bytes',
          },
          { shell: `sleep 600 & echo left in the background`, name: 'leave' },
          { shell: 'mkdir -p dist; printf one > dist/1.tgz', name: 'make' },
          { upload: 'dist/**/*.{tgz,zip}' },
          { test: `echo '${JUNIT}' > junit.xml`, name: 'test' },
          { shell: 'sleep 60', name: 'silent', timeout: '1s', flunkOnFailure: false },
        ],
      })),
    },
  })
  // Side by side: they have nothing to do with each other.
  builds = await Promise.all(LACKING.map(one => desk.build(one)))
}, 60_000)

test.each(LACKING)('a standard build runs on a slave without %s', async lacking => {
  const build = builds[LACKING.indexOf(lacking)]!
  expect(desk.steps(build)).toEqual({
    git: `success: ${revision.slice(0, 10)}`,
    say: 'success',
    bytes: 'success',
    leave: 'success',
    make: 'success',
    upload: 'success: 1 file',
    test: 'success: 1 test passed',
    silent: 'failure: no output for 1 s',
  })
  expect([
    await desk.logText(build, 'say'),
    await desk.logText(build, 'say', { log: 'own' }),
    await bytesOf(build),
  ]).toEqual([
    'a\nerr\n',
    'own\n',
    // Decoded on the way, where it does not come as bytes.
    lacking === 'rawOutput' || lacking === 'all' ? '\ufffd\na\n' : Buffer.from(BYTES).toString(),
  ])
})

test('the master knows what each of them can do', () => {
  const all = Object.keys(CAPABILITIES).sort()
  const known = desk.data.slaves().map(one => [one.name, Object.keys(one.link.capabilities).sort()])
  expect(Object.fromEntries(known)).toEqual(
    Object.fromEntries(
      LACKING.map(lacking => {
        // Decoded lines have no offset to go on from.
        const gone = lacking === 'rawOutput' ? ['rawOutput', 'resume'] : [lacking]
        return [
          `without-${lacking}`,
          lacking === 'all' ? [] : all.filter(one => !gone.includes(one)),
        ]
      }),
    ),
  )
})

test('what a build left running is ended with its slave at the latest', async () => {
  await desk.stop()
  expect(processesWith(desk.dataDir)).toEqual([])
})

async function bytesOf(build: Build): Promise<string> {
  return desk.logText(build, 'bytes', { streams: ['stdout'] })
}
