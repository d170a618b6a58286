import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../helpers/folders.ts'
import { testEnvironment } from '../../helpers/master.ts'
import {
  feedGit,
  gitIn,
  makeRepository,
  serveGit,
  type TestRepository,
} from '../../helpers/repository.ts'
import { watch } from '../../helpers/watched.ts'

function commitDated(repository: TestRepository, date: string): void {
  const [tree, parent] = repository.git('rev-parse', 'HEAD^{tree}', 'HEAD').split('\n')
  const who = `Ada Lovelace <ada@example.org>${date && ` ${date}`}`
  const text = `tree ${tree}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n\ndated ${date}\n`
  const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally']
  const revision = feedGit(repository.path, text, ...args)
  repository.git('update-ref', 'refs/heads/main', revision)
}

test.each([
  ['1700000000000000 +0000', 'received'],
  ['99999999999999999999 +0000', 'received'],
  ['18446744073709551616 +0000', 'received'],
  ['-1 +0000', 'received'],
  ['0 +0000', 0],
  ['2147483648 +0000', 2_147_483_648_000],
  ['4294967296 +9999', 4_294_967_296_000],
  ['99999999999 +0000', 99_999_999_999_000],
  ['not a date', 'received'],
  ['', 'received'],
])('a commit that says it was made at "%s" is a change like any other', async (date, at) => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  commitDated(repository, date)
  const found = [await calc.look()]
  repository.git('commit', '--quiet', '--allow-empty', '-m', 'next')
  found.push(await calc.look())
  const dated = calc.changes()[1]!
  expect([found, dated.at === dated.receivedAt ? 'received' : dated.at]).toEqual([
    [[`main | dated ${date}`.trim()], ['main | next']],
    at,
  ])
})

test('a date that an older version stored is read as when the change was received', () => {
  const { data, db, change } = watch('/nowhere')
  const { id, receivedAt } = change()
  db.exec(`UPDATE changes SET at = 1700000000000000000 WHERE id = ${id}`)
  expect([data.change(id)!.at, data.changes({ limit: 1 })[0]!.at]).toEqual([receivedAt, receivedAt])
})

test('refs that say nothing are passed over and told, and the others are looked at', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  repository.branch('kept')
  repository.commit('of kept')
  repository.branch('main')
  const heads = join(repository.path, '.git/refs/heads')
  // What programs make that copy a folder to and fro.
  copyFileSync(join(heads, 'main'), join(heads, 'main 2'))
  writeFileSync(join(heads, '.DS_Store'), '\0\0Bud1')
  writeFileSync(join(heads, '--upload-pack=touch x'), repository.git('rev-parse', 'HEAD'))
  writeFileSync(join(heads, 'gone'), `${'12'.repeat(20)}\n`)
  writeFileSync(join(heads, 'tree'), `${repository.git('rev-parse', 'HEAD^{tree}')}\n`)
  writeFileSync(join(heads, 'zeros'), `${'0'.repeat(40)}\n`)
  writeFileSync(join(repository.path, '.git/refs/tags/empty'), '')
  const calc = watch(repository.path)
  const found = [await calc.look()]
  repository.commit('the second')
  // As after a power cut.
  writeFileSync(join(heads, 'kept'), '')
  found.push(await calc.look(), await calc.look())
  expect([found, calc.events()]).toEqual([
    [['main | the first | first'], ['main | the second'], []],
    ['refs-passed-over calc', 'refs-passed-over calc'],
  ])
  expect(calc.state()).toEqual({
    state: 'watching',
    checkedAt: expect.any(Number),
    trouble: expect.stringContaining('refs/heads/main 2: its name is none that git takes'),
  })
})

test('a branch that points to no commit costs itself, also when it is new', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  const heads = join(repository.path, '.git/refs/heads')
  writeFileSync(join(heads, 'gone'), `${'12'.repeat(20)}\n`)
  writeFileSync(join(heads, 'tree'), `${repository.git('rev-parse', 'HEAD^{tree}')}\n`)
  repository.commit('the second')
  expect([await calc.look(), calc.lastDetail()]).toEqual([
    ['main | the second'],
    'refs/heads/gone: it points to no commit that can be read; refs/heads/tree: it points to no commit that can be read',
  ])
})

test('where a branch went and one below its name came, a mirror and a folder go on', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const bare = repository.bare()
  const address = await serveGit(dirname(bare))
  const both = [watch(bare), watch(address)]
  const look = async () => Promise.all(both.map(one => one.look()))
  const push = (...refs: string[]) => repository.git('push', '--quiet', 'origin', ...refs)
  const found = [await look()]
  repository.branch('topic')
  repository.commit('topic')
  repository.git('tag', 'v1')
  push('topic', 'v1')
  found.push(await look())
  push(':topic', ':v1')
  repository.branch('main')
  repository.git('branch', '-D', 'topic')
  repository.git('tag', '-d', 'v1')
  repository.git('tag', 'v1/rc1')
  repository.branch('topic/one')
  repository.commit('below')
  push('topic/one', 'v1/rc1')
  found.push(await look())
  repository.branch('main')
  repository.commit('on main')
  push('main')
  found.push(await look())
  expect(found).toEqual(
    ['main | the first | first', 'topic | topic', 'topic/one | below', 'main | on main'].map(
      one => [[one], [one]],
    ),
  )
  expect(both.map(one => one.state()?.state)).toEqual(['watching', 'watching'])
})

test('a mirror that an older version made goes on with what it has', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  repository.git('branch', 'topic')
  const bare = repository.bare()
  const address = await serveGit(dirname(bare))
  const mirrors = temporaryFolder('mirrors')
  const mirror = join(mirrors, 'calc.git')
  mkdirSync(mirror)
  gitIn(mirror, 'init', '--quiet', '--bare')
  gitIn(mirror, 'fetch', '--quiet', '--', address, '+refs/heads/*:refs/heads/*')
  const calc = watch(address, { mirrors })
  await calc.look()
  repository.git('push', '--quiet', 'origin', ':topic', 'main:topic/one')
  repository.commit('next')
  repository.git('push', '--quiet', 'origin', 'main')
  expect([await calc.look(), gitIn(mirror, 'for-each-ref', 'refs/heads')]).toEqual([
    ['main | next', 'topic/one | the first | new-branch'],
    '',
  ])
})

test.each(['folder', 'server'])('a %s whose revisions have 64 digits is read', async kind => {
  const repository = makeRepository({ format: 'sha256' })
  repository.commit('the first')
  const bare = repository.bare()
  const calc = watch(kind === 'folder' ? repository.path : await serveGit(dirname(bare)))
  const first = await calc.look()
  repository.commit('next')
  repository.branch('feature')
  const last = repository.commit('more')
  repository.git('push', '--quiet', 'origin', 'main', 'feature')
  expect([first, await calc.look(), calc.changes().at(-1)!.revision]).toEqual([
    ['main | the first | first'],
    ['main | next', 'feature | more'],
    last,
  ])
})

test('a default branch that was renamed is the own one from then on', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const bare = repository.bare()
  const calc = watch(await serveGit(dirname(bare)))
  await calc.look()
  gitIn(bare, 'branch', '--move', 'main', 'trunk')
  expect([await calc.look(), calc.data.ownBranch('calc')]).toEqual([
    ['trunk | the first | new-branch'],
    'trunk',
  ])
})

test("what a person has in the own configuration of git runs in no mirror of ours, and doesn't keep it from working", async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const bare = repository.bare()
  const address = await serveGit(dirname(bare))
  const home = temporaryFolder('home')
  const ran = join(home, 'ran')
  const hooks = join(home, 'template/hooks')
  mkdirSync(ran)
  mkdirSync(hooks, { recursive: true })
  for (const name of [
    'reference-transaction',
    'post-checkout',
    'pre-auto-gc',
    'post-index-change',
  ]) {
    writeFileSync(join(hooks, name), `#!/bin/sh\ntouch '${ran}/${name}'\nexit 1\n`)
    chmodSync(join(hooks, name), 0o755)
  }
  writeFileSync(
    join(home, '.gitconfig'),
    `[init]\n\ttemplateDir = ${home}/template\n[core]\n\thooksPath = ${hooks}\n[safe]\n\tbareRepository = explicit\n[submodule]\n\trecurse = true\n[fetch]\n\tprune = true\n[log]\n\tshowRoot = false\n`,
  )
  const env = { ...testEnvironment(), HOME: home }
  const mirrors = temporaryFolder('mirrors')
  const both = [watch(address, { env, mirrors }), watch(bare, { env })]
  const found = [await Promise.all(both.map(one => one.look()))]
  repository.commit('next', { 'a.txt': 'a' })
  repository.git('push', '--quiet', 'origin', 'main')
  found.push(await Promise.all(both.map(one => one.look())))
  expect([found, readdirSync(ran), both.map(one => one.changes().at(-1)!.files)]).toEqual([
    [
      [['main | the first | first'], ['main | the first | first']],
      [['main | next'], ['main | next']],
    ],
    [],
    [['a.txt'], ['a.txt']],
  ])
  expect(readFileSync(join(mirrors, 'calc.git/config'), 'utf8')).toContain('bare = true')
})
