import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../helpers/folders.ts'
import {
  outcome,
  slaveProgram,
  type TestMaster,
  testEnvironment,
  testMaster,
  type Wish,
} from '../../helpers/master.ts'
import { gitIn, makeRepository, type TestRepository } from '../../helpers/repository.ts'

let plain: TestMaster
let count = 0
beforeAll(async () => {
  plain = await testMaster()
})

const SUCCEEDED = 'success: build successful'

/** A builder that checks out a repository; what its second step prints is `say`. */
function checkout(
  repository: string,
  { say = 'true', git = {}, on = plain }: { say?: string; git?: object; on?: TestMaster } = {},
) {
  const name = `as-clone-${++count}`
  const steps = [
    { git: true, ...git },
    { shell: say, name: 'say' },
  ]
  const projects = [{ name: 'calc', repository, poll: 'off' }]
  expect(on.configure({ projects, builders: [{ name, steps }] }).problems).toEqual([])
  const folder = join(on.dataDir, 'slaves/local', name, 'build')
  return {
    folder,
    git: (...args: string[]) => gitIn(folder, ...args),
    read: (file: string) => readFileSync(join(folder, file), 'utf8'),
    async build(wish?: Wish) {
      const build = await on.build(name, wish)
      const said = build.results === 0 ? await on.logText(build, 'say') : ''
      return { end: outcome(build), said: said.trim(), revision: build.revision, build }
    },
  }
}

const refsOf = (git: TestRepository['git']) =>
  git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/remotes', 'refs/tags')
    .split('\n')
    .filter(line => !line.startsWith('refs/remotes/origin/HEAD'))

test('a checkout has the remote, the branches and the tags that a clone has', async () => {
  const repository = makeRepository()
  repository.commit('first')
  repository.git('tag', '-a', 'v1', '-m', 'one')
  repository.branch('feature/x')
  repository.commit('more')
  // Nothing lies in the folder of hooks, which a clone has as well.
  const say = 'git remote get-url origin; git describe; ls .git/hooks'
  const calc = checkout(repository.path, { say })
  const first = await calc.build({ branch: 'main' })
  repository.commit('again')
  repository.git('tag', 'v2')
  const second = await calc.build({ branch: 'feature/x' })
  const clone = join(temporaryFolder(), 'clone')
  gitIn(repository.path, 'clone', '--quiet', repository.path, clone)
  const asClone = (...args: string[]) => gitIn(clone, ...args)
  const remote = ['config', '--get-regexp', '^remote\\.']
  expect([first.said, second.said]).toEqual([
    `${repository.path}\nv1`,
    `${repository.path}\nv1-2-g${second.revision!.slice(0, 7)}`,
  ])
  expect([refsOf(calc.git), calc.git(...remote), calc.git('branch', '--list')]).toEqual([
    refsOf(asClone),
    asClone(...remote)
      .split('\n')
      .sort()
      .reverse()
      .join('\n'),
    '* (HEAD detached at origin/feature/x)',
  ])
})

test('a repository in a folder is cloned by hard links', async () => {
  const repository = makeRepository()
  repository.commit('first')
  repository.git('gc', '--quiet')
  const calc = checkout(repository.path)
  const { end } = await calc.build()
  const packs = join(calc.folder, '.git/objects/pack')
  const links = readdirSync(packs)
    .filter(name => name.endsWith('.pack'))
    .map(name => statSync(join(packs, name)).nlink)
  expect([end, links]).toEqual([SUCCEEDED, [2]])
})

test.each(['', 'file://'])('a submodule with a relative address lies beside %s…', async kind => {
  const folder = temporaryFolder()
  const lib = makeRepository({ name: 'lib', folder })
  lib.commit('lib', { l: 'of the lib' })
  const repository = makeRepository({ name: 'calc', folder })
  repository.git('submodule', '--quiet', 'add', lib.path, 'lib')
  repository.git('config', '-f', '.gitmodules', 'submodule.lib.url', '../lib')
  repository.commit('with lib')
  const calc = checkout(kind + repository.path, {
    say: 'cat lib/l; ls lib',
    git: { mode: 'clean' },
  })
  const first = await calc.build()
  writeFileSync(join(calc.folder, 'lib/left'), '')
  const second = await calc.build()
  expect([first.said, second.said]).toEqual(['of the libl', 'of the libl'])
})

// scripts/test.mjs installs it where it may.
const hasLfs = spawnSync('git', ['lfs', 'version']).status === 0
test.skipIf(!hasLfs)('files of Git LFS are checked out', async () => {
  const repository = makeRepository()
  const env = { ...testEnvironment(), HOME: temporaryFolder('home') }
  copyFileSync(join(testEnvironment().HOME!, '.gitconfig'), join(env.HOME, '.gitconfig'))
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository.path, env })
  git('lfs', 'install', '--skip-repo')
  git('lfs', 'track', '*.bin')
  writeFileSync(join(repository.path, 'big.bin'), 'large '.repeat(1000))
  git('add', '--all')
  git('commit', '--quiet', '-m', 'large')
  const desk = await testMaster({ env, slaveProgram: slaveProgram(env) })
  const calc = checkout(repository.path, { on: desk, say: 'wc -c < big.bin' })
  expect([await calc.build(), repository.git('show', 'HEAD:big.bin').split('\n')[0]]).toMatchObject(
    [{ end: SUCCEEDED, said: '6000' }, expect.stringContaining('git-lfs')],
  )
})

test.each(['', 'file://'])('a repository with SHA-256 is checked out from %s…', async kind => {
  const path = join(temporaryFolder(), 'new')
  mkdirSync(path)
  gitIn(path, 'init', '--quiet', '--initial-branch=main', '--object-format=sha256')
  gitIn(path, 'commit', '--quiet', '--allow-empty', '-m', 'first')
  const tip = gitIn(path, 'rev-parse', 'HEAD')
  const calc = checkout(kind + path)
  const first = await calc.build()
  const second = await calc.build({ branch: 'main', revision: tip })
  expect([first.end, second.end, second.revision, tip.length]).toEqual([
    SUCCEEDED,
    SUCCEEDED,
    tip,
    64,
  ])
})

test('git works in a checkout of a shallow clone, also after the next commit', async () => {
  const deep = makeRepository()
  for (const message of ['one', 'two', 'three']) deep.commit(message)
  const shallow = join(temporaryFolder(), 'shallow')
  gitIn(deep.path, 'clone', '--quiet', '--depth=1', `file://${deep.path}`, shallow)
  const calc = checkout(shallow, { say: 'git log --format=%s' })
  const first = await calc.build()
  gitIn(shallow, 'commit', '--quiet', '--allow-empty', '-m', 'four')
  const second = await calc.build()
  expect([first.said, second.said]).toEqual(['three', 'four\nthree'])
})

test('branches and tags may become folders of branches and tags, and back', async () => {
  const repository = makeRepository()
  repository.commit('first')
  repository.git('tag', 'v1')
  repository.branch('topic')
  const calc = checkout(repository.path)
  const ends = [await calc.build({ branch: 'topic' })]
  repository.branch('main')
  repository.git('branch', '-D', 'topic')
  repository.git('tag', '-d', 'v1')
  repository.branch('topic/one')
  repository.git('tag', 'v1/rc1')
  repository.commit('second')
  ends.push(await calc.build({ branch: 'topic/one' }))
  repository.branch('main')
  repository.git('branch', '-D', 'topic/one')
  repository.branch('topic')
  const tip = repository.commit('third')
  ends.push(await calc.build({ branch: 'topic', revision: tip }))
  expect([ends.map(one => one.end), ends.at(-1)!.revision, refsOf(calc.git)]).toEqual([
    [SUCCEEDED, SUCCEEDED, SUCCEEDED],
    tip,
    [
      expect.stringContaining('refs/remotes/origin/main '),
      `refs/remotes/origin/topic ${tip}`,
      expect.stringContaining('refs/tags/v1/rc1 '),
    ],
  ])
})

test.each([
  ['an empty tag', 'tags/empty', ''],
  ['a branch without its commit', 'heads/dangling', `${'1'.repeat(40)}\n`],
])('%s takes nothing else along', async (_, ref, content) => {
  const repository = makeRepository()
  repository.commit('first')
  repository.git('tag', 'v1')
  writeFileSync(join(repository.path, '.git/refs', ref), content)
  const calc = checkout(repository.path, { say: 'git tag' })
  const first = await calc.build({ branch: 'main' })
  const tip = repository.commit('second')
  repository.git('tag', 'v2')
  const second = await calc.build({ branch: 'main' })
  expect([first, second]).toMatchObject([
    { end: SUCCEEDED, said: 'v1' },
    { end: SUCCEEDED, said: 'v1\nv2', revision: tip },
  ])
})

test('a commit whose branch was merged and deleted is found by the branch that has it now', async () => {
  const repository = makeRepository()
  repository.commit('first')
  const [known, fresh] = [checkout(repository.path), checkout(repository.path)]
  repository.branch('topic')
  const tip = repository.commit('topic')
  repository.branch('main')
  repository.git('merge', '--quiet', '--no-ff', '-m', 'merged', 'topic')
  repository.git('branch', '-D', 'topic')
  const wish = { branch: 'topic', revision: tip }
  const ends = [await fresh.build(wish), await fresh.build({ branch: 'main' })]
  expect([ends[0], ends[1]!.end, existsSync(known.folder)]).toMatchObject([
    { end: SUCCEEDED, revision: tip },
    SUCCEEDED,
    false,
  ])
})

// Root without the right to write everywhere is held up by modes of files as anybody else is.
const ORDINARY = ['--bounding-set=-dac_override,-dac_read_search']
const isRoot = process.getuid?.() === 0
const mayBeOrdinary = !isRoot || spawnSync('setpriv', [...ORDINARY, 'true']).status === 0

test.skipIf(!mayBeOrdinary)(
  'folders without write permission are removed by clobber and clean',
  async () => {
    const program = slaveProgram()
    const ordinary = {
      ...program,
      file: 'setpriv',
      args: [...ORDINARY, '--', program.file, ...program.args],
    }
    const desk = await testMaster({ slaveProgram: isRoot ? ordinary : program })
    const repository = makeRepository()
    repository.commit('first', { 'src/a': '1' })
    const say =
      'ls; mkdir -p cache/mod/sub src/b && touch cache/mod/sub/f src/b/f && chmod -R a-w cache src'
    for (const mode of ['clobber', 'clean', 'incremental']) {
      const calc = checkout(repository.path, { on: desk, git: { mode }, say })
      const ends = [await calc.build(), await calc.build()]
      expect([mode, ...ends.map(one => [one.end, one.said])]).toEqual([
        mode,
        [SUCCEEDED, 'src'],
        [SUCCEEDED, 'src'],
      ])
    }
  },
)

describe('with a git configuration of the person', () => {
  let desk: TestMaster
  let hooks: string
  beforeAll(async () => {
    const env = { ...testEnvironment(), HOME: temporaryFolder('home') }
    hooks = join(env.HOME, 'template/hooks')
    mkdirSync(hooks, { recursive: true })
    for (const name of ['post-checkout', 'reference-transaction', 'post-commit'])
      writeFileSync(join(hooks, name), `#!/bin/sh\necho "${name}" >> '${hooks}/ran'\nexit 1\n`, {
        mode: 0o755,
      })
    const config = join(env.HOME, '.gitconfig')
    copyFileSync(join(testEnvironment().HOME!, '.gitconfig'), config)
    appendFileSync(
      config,
      `[init]
       templateDir = ${env.HOME}/template
       [core]
       hooksPath = ${hooks}
       autocrlf = true
       [submodule]
       recurse = true
       [safe]
       bareRepository = explicit
       [clone]
       defaultRemoteName = upstream
       rejectShallow = true
       [fetch]
       prune = true
       pruneTags = true
       [remote "origin"]
       fetch = +refs/pull/*:refs/remotes/origin/pull/*
      `,
    )
    const misled = { ...env, GIT_DIR: '/nowhere', GIT_TEMPLATE_DIR: `${env.HOME}/template` }
    desk = await testMaster({ env, slaveProgram: slaveProgram(misled) })
  })

  test('submodules move, files are those of the commit, and no hook of the person runs', async () => {
    const folder = temporaryFolder()
    const lib = makeRepository({ name: 'lib', folder })
    lib.commit('lib', { l: '1' })
    const repository = makeRepository({ name: 'calc', folder })
    repository.git('submodule', '--quiet', 'add', lib.path, 'lib')
    repository.commit('with lib', { a: 'two\nlines\n' })
    const say = 'cat lib/l; git commit --quiet --allow-empty -m here'
    const calc = checkout(repository.path, { on: desk, say })
    const first = await calc.build()
    lib.commit('lib', { l: '2' })
    gitIn(join(repository.path, 'lib'), 'pull', '--quiet')
    repository.commit('lib moved')
    const second = await calc.build()
    expect([first, second, calc.read('a'), existsSync(join(hooks, 'ran'))]).toMatchObject([
      { end: SUCCEEDED, said: '1' },
      { end: SUCCEEDED, said: '2' },
      'two\nlines\n',
      false,
    ])
  })

  test('bare repositories and shallow clones are built from', async () => {
    const repository = makeRepository()
    repository.commit('first')
    const bare = repository.bare()
    const shallow = join(temporaryFolder(), 'shallow')
    repository.commit('second')
    gitIn(bare, 'clone', '--quiet', '--depth=1', `file://${repository.path}`, shallow)
    const ends: string[] = []
    for (const path of [bare, `file://${bare}`, shallow])
      ends.push((await checkout(path, { on: desk }).build()).end)
    expect(ends).toEqual([SUCCEEDED, SUCCEEDED, SUCCEEDED])
  })
})

test('a checkout that 0.2.0 made goes on, keeps its ignored files, and gets its remote', async () => {
  const repository = makeRepository()
  repository.commit('first', { '.gitignore': 'kept\n' })
  const calc = checkout(repository.path, { say: 'cat kept; git remote get-url origin' })
  mkdirSync(calc.folder, { recursive: true })
  calc.git('init', '--quiet')
  calc.git('fetch', '--quiet', repository.path, '+refs/heads/main:refs/remotes/origin/main')
  calc.git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
  writeFileSync(join(calc.folder, 'kept'), 'of earlier builds\n')
  writeFileSync(join(calc.folder, '.git/hooks/post-checkout'), '#!/bin/sh\nexit 1\n', {
    mode: 0o755,
  })
  const tip = repository.commit('second')
  expect(await calc.build({ branch: 'main', revision: tip })).toMatchObject({
    end: SUCCEEDED,
    said: `of earlier builds\n${repository.path}`,
    revision: tip,
  })
})

test('a checkout of another repository begins anew, and so does a clone that was cut short', async () => {
  const [one, two] = [makeRepository(), makeRepository()]
  one.commit('one', { one: '1' })
  const tip = two.commit('two', { two: '2' })
  const calc = checkout(one.path, { say: 'ls' })
  for (const origin of [one.path, two.path]) {
    mkdirSync(calc.folder, { recursive: true })
    calc.git('init', '--quiet')
    calc.git('config', 'remote.origin.url', origin)
    writeFileSync(join(calc.folder, 'left'), '')
    const name = calc.folder.split('/').at(-2)!
    plain.configure({
      projects: [{ name: 'calc', repository: two.path, poll: 'off' }],
      builders: [{ name, steps: ['git', { shell: 'ls', name: 'say' }] }],
    })
    expect(await calc.build({ branch: 'main', revision: tip })).toMatchObject({
      end: SUCCEEDED,
      said: 'two',
    })
  }
})
