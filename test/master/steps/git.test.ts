import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Build } from '../../../main/master/model.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { outcome, type TestMaster, testMaster, type Wish } from '../../helpers/master.ts'
import { gitIn, makeRepository } from '../../helpers/repository.ts'

let one: TestMaster
let count = 0
beforeAll(async () => {
  one = await testMaster()
})

/** A builder that checks out a repository, in a folder of its own on the slave. */
function checkout(repository: string, step: unknown = 'git', rest: readonly unknown[] = []) {
  const name = `it-${++count}`
  const { problems } = one.configure({
    projects: [{ name: 'calc', repository, poll: 'off' }],
    builders: [{ name, steps: [step, ...rest] }],
  })
  expect(problems).toEqual([])
  const folder = join(one.dataDir, 'slaves/local', name, 'build')
  return {
    folder,
    read: (file: string) => readFileSync(join(folder, file), 'utf8'),
    there: (file: string) => existsSync(join(folder, file)),
    git: (...args: string[]) => gitIn(folder, ...args),
    build: (wish?: Wish) => one.build(name, wish),
    log: (build: Build) => one.logText(build, 'git', { streams: ['stdout', 'stderr', 'header'] }),
  }
}

test('the newest of the own branch is checked out when nothing else is asked for', async () => {
  const repository = makeRepository()
  repository.commit('first', { a: '1' })
  const calc = checkout(repository.path)
  const first = await calc.build()
  const tip = repository.commit('second', { a: '2' })
  const second = await calc.build()
  expect([
    outcome(first),
    calc.read('a'),
    second.revision,
    one.data.propertiesOfBuild(second.id).got_revision,
  ]).toEqual(['success: build successful', '2', tip, { value: tip, source: 'git' }])
})

test('a branch and a revision are checked out as asked for', async () => {
  const repository = makeRepository()
  const first = repository.commit('first', { a: '1' })
  repository.commit('second', { a: '2' })
  repository.branch('next')
  const tip = repository.commit('third', { a: '3' })
  repository.branch('main')
  const calc = checkout(repository.path)
  const got: unknown[] = []
  for (const wish of [{ branch: 'next' }, { branch: 'main', revision: first }, { revision: tip }]) {
    const { revision } = await calc.build(wish)
    got.push([revision, calc.read('a')])
  }
  expect(got).toEqual([
    [tip, '3'],
    [first, '1'],
    [tip, '3'],
  ])
})

test('a tag, a short hash and a branch may stand for a revision', async () => {
  const repository = makeRepository()
  const first = repository.commit('first', { a: '1' })
  repository.git('tag', '-a', 'v1', '-m', 'one')
  repository.branch('next')
  const second = repository.commit('second', { a: '2' })
  repository.branch('main')
  const calc = checkout(repository.path)
  const got: unknown[] = []
  for (const revision of ['v1', first.slice(0, 10), second.slice(0, 10), 'next'])
    got.push((await calc.build({ branch: 'main', revision })).revision)
  repository.git('tag', '-f', '-a', 'v1', '-m', 'moved', second)
  got.push((await calc.build({ revision: 'v1' })).revision)
  expect(got).toEqual([first, first, second, second, second])
})

test('what is there already is not fetched again', async () => {
  const repository = makeRepository()
  const tip = repository.commit('first')
  const calc = checkout(repository.path)
  await calc.build({ revision: tip, branch: 'main' })
  const again = await calc.build({ revision: tip, branch: 'main' })
  expect(await calc.log(again)).not.toContain('fetch')
})

test.each([
  ['branch', { branch: 'none' }, 'branch none is not in the repository'],
  ['tag', { revision: 'v9' }, 'revision v9 is not in the repository'],
  [
    'branch that is an option',
    { branch: '--upload-pack=x' },
    '"--upload-pack=x" is not a name that git takes',
  ],
  [
    'revision that is an option',
    { revision: '--upload-pack=x' },
    '"--upload-pack=x" is not a name that git takes',
  ],
])('a %s that is not there fails with words', async (_, wish, text) => {
  const repository = makeRepository()
  repository.commit('first')
  const build = await checkout(repository.path).build(wish)
  expect(outcome(build)).toBe(`failure: failed in git: ${text}`)
})

test('a repository that is not there fails, with what git says in the log', async () => {
  const calc = checkout('/nowhere/calc.git')
  const build = await calc.build()
  expect([outcome(build), await calc.log(build)]).toEqual([
    'failure: failed in git: the repository could not be fetched',
    expect.stringContaining('/nowhere/calc.git'),
  ])
})

test('a revision that was pushed away by force is built as long as the repository has it', async () => {
  const repository = makeRepository()
  repository.commit('first')
  const lost = repository.commit('regretted', { a: 'lost' })
  repository.git('reset', '--quiet', '--hard', 'HEAD~1')
  repository.commit('better', { a: 'better' })
  const calc = checkout(repository.path)
  const kept = await calc.build({ branch: 'main', revision: lost })
  repository.git('reflog', 'expire', '--expire=now', '--all')
  repository.git('gc', '--quiet', '--prune=now')
  const gone = await checkout(repository.path).build({ branch: 'main', revision: lost })
  expect([outcome(kept), calc.read('a'), outcome(gone)]).toEqual([
    'success: build successful',
    'lost',
    `cancelled: stopped in git: no branch or tag of the repository holds revision ${lost} any more`,
  ])
})

test.each([
  ['incremental', { changed: 'committed', ignored: true, added: false }],
  ['clean', { changed: 'committed', ignored: false, added: false }],
  ['clobber', { changed: 'committed', ignored: false, added: false }],
])(
  'mode %s brings committed files back, and says what happens to others',
  async (mode, expected) => {
    const repository = makeRepository()
    repository.commit('first', { changed: 'committed', '.gitignore': 'ignored\n' })
    const calc = checkout(repository.path, { git: true, mode })
    await calc.build()
    for (const name of ['changed', 'ignored', 'added']) writeFileSync(join(calc.folder, name), 'x')
    mkdirSync(join(calc.folder, 'nested/.git'), { recursive: true })
    await calc.build()
    expect([
      { changed: calc.read('changed'), ignored: calc.there('ignored'), added: calc.there('added') },
      calc.there('nested'),
    ]).toEqual([expected, false])
  },
)

test('what a killed git left does no harm', async () => {
  const repository = makeRepository()
  repository.commit('first', { a: '1' })
  const calc = checkout(repository.path)
  await calc.build({ branch: 'main' })
  const locks = [
    'index.lock',
    'HEAD.lock',
    'config.lock',
    'shallow.lock',
    'refs/remotes/origin/main.lock',
    'packed-refs.lock',
  ]
  for (const name of locks) writeFileSync(join(calc.folder, '.git', name), '')
  repository.commit('second', { a: '2' })
  const build = await calc.build({ branch: 'main' })
  expect([outcome(build), calc.read('a')]).toEqual(['success: build successful', '2'])
})

test('a repository whose making was cut short is made again, and one further up is left alone', async () => {
  const repository = makeRepository()
  repository.commit('first', { a: '1' })
  const calc = checkout(repository.path)
  // Somebody's own checkout around the data directory.
  execFileSync('git', ['init', '--quiet', one.dataDir])
  mkdirSync(join(calc.folder, '.git'), { recursive: true })
  const build = await calc.build()
  const outer = gitIn(one.dataDir, 'status', '--porcelain', '--branch').split('\n')[0]
  rmSync(join(one.dataDir, '.git'), { recursive: true })
  expect([outcome(build), calc.read('a'), outer]).toMatchObject([
    'success: build successful',
    '1',
    expect.stringMatching(/^## No commits yet/),
  ])
})

test('submodules are checked out, follow when they move, and are left out when not wanted', async () => {
  const lib = makeRepository({ name: 'lib' })
  lib.commit('lib', { l: '1' })
  const repository = makeRepository()
  repository.git('submodule', '--quiet', 'add', lib.path, 'lib')
  repository.commit('with lib')
  const calc = checkout(repository.path)
  await calc.build()
  const first = calc.read('lib/l')
  const moved = makeRepository({ name: 'moved' })
  moved.git('pull', '--quiet', lib.path, 'main')
  moved.commit('more', { l: '2' })
  repository.git('submodule', '--quiet', 'set-url', 'lib', moved.path)
  gitIn(join(repository.path, 'lib'), 'pull', '--quiet', moved.path, 'main')
  repository.commit('lib moved')
  const build = await calc.build()
  const without = checkout(repository.path, { git: true, submodules: false })
  await without.build()
  expect([first, outcome(build), calc.read('lib/l'), without.there('lib/l')]).toEqual([
    '1',
    'success: build successful',
    '2',
    false,
  ])
})

test('sources may go into a folder of their own', async () => {
  const repository = makeRepository({ name: 'with spaces – ünï' })
  repository.commit('first', { a: '1' })
  const calc = checkout(repository.path, { git: true, workdir: 'src/x' }, [
    { shell: 'cat src/x/a', name: 'cat' },
  ])
  const build = await calc.build()
  expect(await one.logText(build, 'cat')).toBe('1')
})

test('later steps know the revision that was checked out', async () => {
  const repository = makeRepository()
  const tip = repository.commit('first')
  const calc = checkout(repository.path, 'git', [
    { shell: `echo $REVISION $\{{ prop.got_revision }}`, name: 'say' },
  ])
  const build = await calc.build()
  expect(await one.logText(build, 'say')).toBe(`${tip} ${tip}\n`)
})

test('a checkout that takes too long is ended', async () => {
  const slow = temporaryFolder()
  writeFileSync(join(slow, 'slow.sh'), '#!/bin/sh\nsleep 600\n', { mode: 0o755 })
  const calc = checkout(`ext::${join(slow, 'slow.sh')}`, {
    git: true,
    maxTime: '300ms',
    env: { GIT_ALLOW_PROTOCOL: 'ext' },
  })
  expect(outcome(await calc.build())).toBe(
    'failure: failed in git: the repository could not be fetched',
  )
})
