import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/master/db/database.ts'
import { applicationId } from '../../../main/master/db/migrate.ts'
import { prepareStores } from '../../../main/master/upgrade/prepare.ts'
import { latestOf, STORES } from '../../../main/master/upgrade/stores.ts'
import { StoreTroubleError } from '../../../main/master/upgrade/trouble.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT } from '../../helpers/master.ts'
import { frozenReleases, releaseData, releaseFacts } from '../../helpers/releases.ts'
import { CLI, startServing } from '../../helpers/serve.ts'

// Its commit is an ancestor of ours, so that only a shallow clone lacks it.
const HERE = frozenReleases().filter(
  version => git('cat-file', '-e', `${releaseFacts(version).revision}^{commit}`).status === 0,
)

test.skipIf(HERE.length === 0).each(HERE.length > 0 ? HERE : ['any release'])(
  'the code of %s leaves what this version has written as it is, and says so (skipped in a shallow clone)',
  async version => {
    const old = join(temporaryFolder('release'), 'app')
    mkdirSync(old)
    const { revision } = releaseFacts(version)
    const packed = spawnSync('git', ['archive', revision, 'main', 'slave', 'package.json'], {
      cwd: ROOT,
      maxBuffer: 1e9,
    })
    spawnSync('tar', ['-x', '-C', old], { input: packed.stdout })
    symlinkSync(join(ROOT, 'node_modules'), join(old, 'node_modules'))
    const dataDir = releaseData(version, 'clean')
    const served = startServing(dataDir)
    expect((await served.ready)?.version).not.toBe(version)
    served.child.kill('SIGTERM')
    await served.exited
    const before = hashes(dataDir)

    for (const command of [['status'], ['serve', '--http', '127.0.0.1:0']]) {
      const { status, stderr } = spawnSync(
        process.execPath,
        [join(old, 'main/cli.ts'), '--data', dataDir, ...command],
        { encoding: 'utf8', timeout: 20_000 },
      )
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining('was written by a newer Triphammer'),
      ])
    }
    expect(hashes(dataDir)).toEqual(before)

    // The backup that was made on the way is what that version left.
    const [backup] = readdirSync(join(dataDir, 'backups'))
    const files = ['history.sqlite', 'logs.sqlite', 'master.yml'].map(
      name => [name, readFileSync(join(dataDir, 'backups', backup!, name))] as const,
    )
    const again = temporaryFolder('again')
    for (const [name, bytes] of files) writeFileSync(join(again, name), bytes)
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(old, 'main/cli.ts'), '--data', again, 'builds', 'quick', '--json'],
      { encoding: 'utf8' },
    )
    expect([status, JSON.parse(stdout).length]).toEqual([0, 4])
  },
  60_000,
)

test.each(STORES)(
  'a $name of a later version is left as it is, and can be looked at where it says so',
  async store => {
    const dataDir = releaseData('0.1.0', 'clean')
    await prepareStores({ dataDir, version: 'test' })
    for (const [oldestReader, readable] of [
      [latestOf(store), true],
      [latestOf(store) + 1, false],
    ] as const) {
      stamp(join(dataDir, store.name), 99, oldestReader)
      const before = hashes(dataDir)
      const error = await prepareStores({ dataDir, version: 'test' }).catch(error => error)
      expect(error).toBeInstanceOf(StoreTroubleError)
      expect(error.trouble).toEqual({
        kind: 'newer',
        file: store.name,
        found: 99,
        known: latestOf(store),
        readable,
      })
      expect(hashes(dataDir)).toEqual(before)
    }
  },
)

test('the command line refuses a later history with one line, and "check" says what can be done', async () => {
  const dataDir = releaseData('0.1.0', 'clean')
  await prepareStores({ dataDir, version: 'test' })
  stamp(join(dataDir, 'history.sqlite'), 99, 99)
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [CLI, '--data', dataDir, ...args], { encoding: 'utf8' })
  const status = run('status')
  expect([status.status, status.stderr.trim().split('\n').length, status.stderr]).toEqual([
    1,
    1,
    expect.stringContaining(
      'Start the newer version, or restore the backup made before the update.',
    ),
  ])
  const check = run('check', '--json')
  const facts = JSON.parse(check.stdout)
  expect([
    check.status,
    facts.trouble.kind,
    facts.ways.map((way: { name: string }) => way.name),
  ]).toEqual([1, 'newer', ['newerVersion', 'look', 'restore', 'export', 'startEmpty']])
  // The commands that it shows are for this history, not for that of the usual folder.
  expect(run('check').stdout).toContain(`triphammer serve --data "${dataDir}", then`)
})

function stamp(path: string, version: number, oldestReader: number) {
  const db = openDatabase(path)
  db.exec(`PRAGMA application_id=${applicationId(oldestReader)}`)
  db.userVersion = version
  db.close()
}

function hashes(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter(
        name =>
          /sqlite|state\.json|master\.yml/.test(name) && statSync(join(folder, name)).isFile(),
      )
      .map(name => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  )
}

function git(...args: string[]) {
  return spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' })
}
