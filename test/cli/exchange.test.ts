import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'
import { hashHistory } from '../helpers/history-hash.ts'
import { ROOT, testEnvironment } from '../helpers/master.ts'
import { CLI, startServing } from '../helpers/serve.ts'

function triphammer(dataDir: string, ...args: string[]) {
  const all = [CLI, '--data', dataDir, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, all, {
    env: testEnvironment(),
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('a history comes from Buildbot, goes into a file and an export beside a running master, and comes back from both', async () => {
  const folder = temporaryFolder('cli')
  const source = join(folder, 'state.sqlite')
  const packed = readFileSync(join(ROOT, 'test/fixtures/buildbot/state.sqlite.zst'))
  writeFileSync(source, zstdDecompressSync(packed))
  const dataDir = join(folder, 'data')

  expect(triphammer(dataDir, 'import', '--buildbot', source)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      /^from .*state\.sqlite\nimported: 2 slaves, 3 builders, .* 5 builds, .* \(\d+ bytes of logs\)\n$/,
    ),
  })
  const served = startServing(dataDir)
  await served.ready
  expect(triphammer(dataDir, 'import', '--buildbot', source)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /^triphammer: .* is in use by process .* Quit that master first\.\n$/,
    ),
  })
  const file = join(folder, 'desk.tar.zst')
  const made = triphammer(dataDir, 'backup', file, '--json')
  expect(JSON.parse(made.stdout)).toMatchObject({ path: file, manifest: { counts: { builds: 5 } } })
  const exported = join(folder, 'exported')
  expect(triphammer(dataDir, 'export', exported)).toMatchObject({
    status: 0,
    stdout: `${exported}: 5 builds, 4 changes, 20 logs\n`,
  })
  served.child.kill('SIGTERM')
  await served.exited

  const [restored, imported] = [join(folder, 'restored'), join(folder, 'imported')]
  expect(triphammer(restored, 'restore', file)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      /^restored the state of .*: 5 builds, 4 changes\nleft out: api-token; add --with-keys if you trust .*\n$/,
    ),
  })
  expect(triphammer(imported, 'import', exported)).toMatchObject({
    status: 0,
    stdout: 'imported 5 builds, 4 changes, 20 logs\n',
  })
  expect(ofBuilds(imported)).toEqual(ofBuilds(restored))
  // Nothing half-made lies about.
  expect(readdirSync(folder).sort()).toEqual([
    'data',
    'desk.tar.zst',
    'exported',
    'imported',
    'restored',
    'state.sqlite',
  ])
}, 60_000)

test.each(['a Buildbot', 'an export'])(
  'an import of %s that is killed at any moment is made whole by the next',
  async kind => {
    const folder = temporaryFolder('cli')
    const source = join(folder, 'state.sqlite')
    const packed = readFileSync(join(ROOT, 'test/fixtures/buildbot/state.sqlite.zst'))
    writeFileSync(source, zstdDecompressSync(packed))
    const whole = join(folder, 'whole')
    triphammer(whole, 'import', '--buildbot', source)
    const exported = join(folder, 'exported')
    triphammer(whole, 'export', exported)
    const from = kind === 'an export' ? [exported] : ['--buildbot', source]
    const dataDir = join(folder, 'data')
    let kills = 0
    // Each life sees twice the writes to the disk of the one before.
    for (let writes = 4; ; writes *= 2) {
      const status = await killAfter(writes, dataDir, 'import', ...from)
      // Killed as the last thing that it did, it is whole already, and no other is mixed with it.
      if (status === 0 || (status === 1 && kind === 'an export')) break
      expect([status, ++kills]).toEqual([null, Math.log2(writes) - 1])
    }
    expect(kills).toBeGreaterThan(1)
    expect(ofBuilds(dataDir)).toEqual(ofBuilds(whole))
    expect(readdirSync(folder).sort()).toEqual(['data', 'exported', 'state.sqlite', 'whole'])
  },
  60_000,
)

/** Runs a command, and kills it when so many writes were seen in its data directory; `null` is told of a kill. */
async function killAfter(writes: number, dataDir: string, ...args: string[]) {
  mkdirSync(dataDir, { recursive: true })
  let seen = 0
  const child = spawn(process.execPath, [CLI, '--data', dataDir, ...args], {
    env: testEnvironment(),
    stdio: 'ignore',
  })
  const watching = watch(dataDir, { recursive: true }, () => {
    if (++seen === writes) child.kill('SIGKILL')
  })
  const [status] = (await once(child, 'exit')) as [number | null]
  watching.close()
  return status
}

// The slave of the running master may have come between the two, and each import is a run of its own.
function ofBuilds(dataDir: string): [string, string][] {
  const tables = Object.entries(hashHistory(dataDir))
  return tables.filter(([name]) => !/^(events|runs|slaves|sqlite_sequence) /.test(name))
}

test.each([
  [['import'], 2, 'import wants the folder of an export, or --buildbot PATH'],
  [['import', 'away'], 1, /\/away is not there$/],
  [['import', '--buildbot', '/nowhere'], 1, '/nowhere is not there'],
  [['restore', 'away'], 1, /^There is no backup "away", neither in .* nor at /],
  [['backup', 'x.tar'], 1, /has no history\.sqlite: there is nothing to back up yet\.$/],
  [['export', 'x'], 1, /has no history\.sqlite: there is nothing to export yet\.$/],
])('triphammer %s says in one line why not', (args, status, reason) => {
  const answer = triphammer(temporaryFolder('data'), ...args)
  const lines = answer.stderr.trim().split('\n')
  expect([answer.status, lines.length]).toEqual([status, 1])
  const line = lines[0]!.replace('triphammer: ', '')
  if (typeof reason === 'string') expect(line).toBe(reason)
  else expect(line).toMatch(reason)
})
