import { mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { testData } from '../../helpers/data.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { commits, gitIn, makeRepository, serveGit } from '../../helpers/repository.ts'
import { watch } from '../../helpers/watched.ts'

test('of a repository with a long history only the tip is a change', async () => {
  const repository = makeRepository()
  for (const n of [1, 2, 3]) repository.commit(`commit ${n}`)
  repository.branch('side')
  repository.commit('on the side')
  repository.branch('main')
  const calc = watch(repository.path)
  expect([await calc.look(), await calc.look(), calc.data.ownBranch('calc')]).toEqual([
    ['main | commit 3 | first'],
    [],
    'main',
  ])
})

test('each of several commits is a change, in order, with all that is known of it', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  const one = repository.commit('Add\n\nIt adds.\n', { 'a.txt': '1', 'dir/b.txt': '2' })
  const two = repository.commit('Remove', { 'a.txt': null })
  expect(await calc.look()).toEqual(['main | Add', 'main | Remove'])
  const at = (revision: string) =>
    Number(repository.git('show', '-s', '--format=%ct', revision)) * 1000
  expect(calc.changes().slice(1)).toMatchObject([
    {
      project: 'calc',
      repository: repository.path,
      branch: 'main',
      revision: one,
      who: 'Ada Lovelace <ada@example.org>',
      subject: 'Add',
      comments: 'Add\n\nIt adds.',
      files: ['a.txt', 'dir/b.txt'],
      category: null,
      at: at(one),
    },
    { revision: two, files: ['a.txt'], at: at(two) },
  ])
})

test('a new branch brings what is new on it, or at least its tip', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  repository.branch('feature')
  repository.commit('one')
  repository.commit('two')
  repository.git('branch', 'release', 'main')
  expect(await calc.look()).toEqual([
    'feature | one',
    'feature | two',
    'release | the first | new-branch',
  ])
})

test('what came with one branch is not new with another of the same push', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  repository.commit('one')
  repository.git('branch', 'copy')
  expect(await calc.look()).toEqual(['main | one', 'copy | one | new-branch'])
})

test('a branch that is gone is an event, and is new when it comes again', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  repository.git('branch', 'old')
  const calc = watch(repository.path)
  await calc.look()
  repository.git('branch', '-D', 'old')
  const gone = await calc.look()
  repository.git('branch', 'old')
  expect([gone, calc.events(), await calc.look()]).toEqual([
    [],
    ['branch-deleted calc old'],
    ['old | the first | new-branch'],
  ])
})

test.each([false, true])(
  'a branch that is pushed with force brings its new commits (old ones gone: %s)',
  async gone => {
    const repository = makeRepository()
    repository.commit('the first')
    repository.commit('regretted')
    const calc = watch(repository.path)
    await calc.look()
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    repository.commit('better')
    repository.commit('best')
    if (gone) {
      repository.git('reflog', 'expire', '--expire=now', '--all')
      repository.git('gc', '--quiet', '--prune=now')
    }
    expect([await calc.look(), calc.events()]).toEqual([
      gone ? ['main | best | reset'] : ['main | better | reset', 'main | best | reset'],
      ['branch-reset calc main'],
    ])
  },
)

test('a branch that is set back to an older commit is to be built there', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  repository.commit('regretted')
  const calc = watch(repository.path)
  await calc.look()
  repository.git('reset', '--quiet', '--hard', 'HEAD~1')
  expect(await calc.look()).toEqual(['main | the first | reset'])
})

test('a merge brings the commits of the other branch and itself, with the files of the merge', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path, { branches: ['main'] })
  await calc.look()
  repository.branch('feature')
  repository.commit('on the branch', { 'f.txt': 'f' })
  repository.branch('main')
  repository.commit('meanwhile', { 'm.txt': 'm' })
  repository.git('merge', '--quiet', '--no-ff', '-m', 'Merge feature', 'feature')
  const found = await calc.look()
  expect([found.toSorted(), found.at(-1), calc.changes().at(-1)!.files]).toEqual([
    ['main | Merge feature', 'main | meanwhile', 'main | on the branch'],
    'main | Merge feature',
    ['f.txt'],
  ])
})

test('only the branches that are asked for count, and their past is no news once they are', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  repository.branch('release/1.0')
  repository.commit('for the release')
  repository.branch('feature/x')
  repository.commit('not asked for')
  const store = testData()
  const narrow = watch(repository.path, { store, branches: ['main', 'release/*'] })
  const found = [await narrow.look()]
  repository.commit('neither')
  found.push(await narrow.look())
  const wide = watch(repository.path, { store })
  await wide.look()
  repository.commit('from now on')
  await wide.look()
  found.push(wide.changes().map(one => one.subject))
  expect(found).toEqual([['main | the first | first'], [], ['the first', 'from now on']])
})

test('a repository that is away is said to be, and goes on when it is back', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  renameSync(repository.path, `${repository.path}-away`)
  await calc.look()
  const away = calc.state()
  renameSync(`${repository.path}-away`, repository.path)
  repository.commit('meanwhile')
  expect([away, await calc.look(), calc.state()]).toMatchObject([
    { state: 'away', reason: `${repository.path} is not there` },
    ['main | meanwhile'],
    { state: 'watching' },
  ])
})

test.each(['within', 'with:in'])(
  'a folder that is no repository says so, also %s one',
  async name => {
    const outer = makeRepository({ name })
    outer.commit('of the outer one')
    const inner = join(outer.path, 'inner')
    mkdirSync(inner)
    const calc = watch(inner)
    await calc.look()
    expect(calc.state()).toMatchObject({
      state: 'away',
      reason: expect.stringContaining('does not appear to be a git repository'),
    })
  },
)

test('an empty repository is empty until the first commit', async () => {
  const repository = makeRepository()
  const calc = watch(repository.path)
  const found = [await calc.look(), calc.state()?.state]
  repository.commit('at last')
  expect([found, await calc.look()]).toEqual([[[], 'empty'], ['main | at last | first']])
})

test.each(['with spaces in it', 'Prüfung 日本 😀', '-stroke', "it's $(x) `y`"])(
  'a repository in a folder called %s is read',
  async name => {
    const repository = makeRepository({ name })
    repository.commit('the first')
    const calc = watch(repository.path)
    await calc.look()
    repository.commit('Größe', { 'Ünï cödé.txt': 'x', 'with "quotes"': 'y' })
    expect([await calc.look(), calc.changes().at(-1)!.files]).toEqual([
      ['main | Größe'],
      ['with "quotes"', 'Ünï cödé.txt'],
    ])
  },
)

test.each([
  ['several\n\n\nlines\n\twith tabs', 'several'],
  ['<>\x01\x02 %H %x00 -- $(x)', '<>\x01\x02 %H %x00 -- $(x)'],
  ['😀 日本 \u{1F9EA}', '😀 日本 \u{1F9EA}'],
  ['\n\nafter blank lines', 'after blank lines'],
])('a message may hold any characters: %j', async (message, subject) => {
  const repository = makeRepository()
  repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  repository.commit(message)
  repository.commit('next')
  await calc.look()
  expect(calc.changes().map(one => [one.subject, one.comments])).toEqual([
    ['the first', 'the first'],
    [subject, message.trim()],
    ['next', 'next'],
  ])
})

test('a person who signs and colours everything, and has another encoding, is read all the same', async () => {
  const repository = makeRepository()
  for (const [key, value] of [
    ['i18n.logOutputEncoding', 'ISO-8859-1'],
    ['log.showSignature', 'true'],
    ['color.ui', 'always'],
    ['log.diffMerges', 'separate'],
    ['diff.renames', 'copies'],
  ] as const)
    repository.git('config', key, value)
  repository.commit('Größe', { 'a.txt': 'a' })
  const calc = watch(repository.path)
  expect([await calc.look(), calc.changes()[0]!.files]).toEqual([
    ['main | Größe | first'],
    ['a.txt'],
  ])
})

test('bare repositories and worktrees are read', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const bare = repository.bare()
  const tree = join(temporaryFolder(), 'tree')
  repository.git('worktree', 'add', '--quiet', tree, '-b', 'side')
  const [ofBare, ofTree] = [watch(bare), watch(tree)]
  const first = [await ofBare.look(), await ofTree.look()]
  gitIn(tree, 'commit', '--quiet', '--allow-empty', '-m', 'in the tree')
  repository.git('push', '--quiet', 'origin', 'side:main')
  expect([first, await ofBare.look(), await ofTree.look()]).toEqual([
    [['main | the first | first'], ['side | the first | first']],
    ['main | in the tree'],
    ['side | in the tree'],
  ])
})

test.each(['plain', 'bare'])('a commit in a %s repository is seen by the watch', async kind => {
  const repository = makeRepository()
  repository.commit('the first')
  const bare = repository.bare()
  const path = kind === 'bare' ? bare : repository.path
  const calc = watch(path, { pollMs: 3_600_000 })
  const next = () =>
    new Promise<string>(resolve => {
      const stop = calc.mq.subscribe('change/new', ({ subject }) => {
        stop()
        resolve(subject)
      })
    })
  const first = await next()
  const second = next()
  repository.commit('watched')
  repository.git('push', '--quiet', 'origin', 'main')
  expect([first, await second]).toEqual(['the first', 'watched'])
})

test('what was pushed while nobody looked is found afterwards, once', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const store = testData()
  const before = watch(repository.path, { store })
  await before.look()
  await before.source.stop()
  repository.commit('one')
  repository.branch('feature')
  repository.commit('two')
  const after = watch(repository.path, { store })
  await after.look()
  await after.look()
  expect(after.changes().map(({ branch, subject }) => `${branch} ${subject}`)).toEqual([
    'main the first',
    'main one',
    'feature two',
  ])
})

test('of a flood of commits all are changes, up to a bound, and how many are not is told', async () => {
  const repository = makeRepository()
  const first = repository.commit('the first')
  const calc = watch(repository.path)
  await calc.look()
  repository.import(commits('main', 1010, first))
  const found = await calc.look()
  expect([found.length, found[0], found.at(-1), calc.events(), calc.lastDetail()]).toEqual([
    1000,
    'main | main 11',
    'main | main 1010',
    ['commits-left-out calc main'],
    '10',
  ])
})

test('a repository behind a network is read through a copy of its history', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  const bare = repository.bare()
  const calc = watch(await serveGit(dirname(bare)))
  const found = [await calc.look()]
  repository.commit('one')
  repository.git('push', '--quiet', 'origin', 'main')
  found.push(await calc.look())
  repository.branch('feature')
  repository.commit('two')
  repository.git('push', '--quiet', 'origin', 'feature')
  found.push(await calc.look())
  repository.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'better')
  repository.git('push', '--quiet', '--force', 'origin', 'feature')
  found.push(await calc.look())
  expect(found).toEqual([
    ['main | the first | first'],
    ['main | one'],
    ['feature | two'],
    ['feature | better | reset'],
  ])
})

test('a server that is not there is said to be away', async () => {
  const calc = watch('git://127.0.0.1:1/calc.git')
  await calc.look()
  expect(calc.state()).toMatchObject({
    state: 'away',
    reason: expect.stringContaining('unable to connect to 127.0.0.1'),
  })
})

test('a new tag is an event, and those of a repository seen for the first time are none', async () => {
  const repository = makeRepository()
  repository.commit('the first')
  repository.git('tag', 'v1')
  const calc = watch(repository.path)
  await calc.look()
  const revision = repository.commit('the second')
  repository.git('tag', '-a', '-m', 'Release', 'v2')
  repository.git('tag', '-d', 'v1')
  await calc.look()
  await calc.look()
  repository.git('tag', 'v1')
  await calc.look()
  expect([calc.events(), calc.data.events(0, 9).at(-1)!.detail]).toEqual([
    ['tag-made calc v2', 'tag-made calc v1'],
    revision,
  ])
})
