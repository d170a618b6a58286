import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../../main/master/config/parse.ts'
import { inspectRepository } from '../../../main/master/detect/inspect.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { testEnvironment } from '../../helpers/master.ts'
import { gitIn, makeRepository } from '../../helpers/repository.ts'

const MAKEFILE = { Makefile: 'all:\n\tcc -c a.c\n' }

function look(repository: string, folder = '/') {
  const { config } = parseConfig('', 'master.yml')
  return inspectRepository(repository, { env: testEnvironment(), config: config!, folder })
}

async function summary(repository: string) {
  const { draft, repository: facts, ready } = await look(repository)
  return {
    project: draft.project,
    repository: draft.repository,
    steps: draft.steps.map(step => step.text || step.name),
    branch: facts.branch,
    uncommitted: facts.uncommitted,
    warned: ready.filter(one => one.tone === 'warning').map(one => one.what),
  }
}

const FOUND = { steps: ['git', 'make'], branch: 'main', uncommitted: 0, warned: [] }

test('a path with spaces and signs of many scripts', async () => {
  const { path, commit } = makeRepository({ name: 'Mira’s 計算機 (דמו) 🦊' })
  commit('Begin', MAKEFILE)
  expect(await summary(path)).toEqual({
    ...FOUND,
    project: 'Mira-s 計算機 -דמו',
    repository: path,
  })
})

test('a folder inside of a repository is the repository', async () => {
  const { path, commit } = makeRepository()
  commit('Begin', { ...MAKEFILE, 'src/deep/a.c': '' })
  expect(await summary(join(path, 'src/deep'))).toEqual({
    ...FOUND,
    project: 'calc',
    repository: path,
  })
})

test('a bare repository', async () => {
  const { commit, bare } = makeRepository()
  commit('Begin', MAKEFILE)
  const path = bare()
  expect(await summary(path)).toEqual({ ...FOUND, project: 'calc', repository: path })
})

test('a worktree is built as the branch that it has', async () => {
  const { path, commit, git } = makeRepository()
  commit('Begin', MAKEFILE)
  const other = join(temporaryFolder('worktree'), 'topic')
  git('worktree', 'add', '--quiet', '-b', 'topic', other)
  expect([await summary(other), (await look(path)).repository.otherBranches]).toEqual([
    { ...FOUND, project: 'topic', repository: other, branch: 'topic' },
    1,
  ])
})

test('what is not committed is said', async () => {
  const { path, commit } = makeRepository()
  commit('Begin', MAKEFILE)
  writeFileSync(join(path, 'new.txt'), '')
  expect(await summary(path)).toMatchObject({
    uncommitted: 1,
    warned: ['1 uncommitted file is not built'],
  })
})

test('a repository without a commit is proposed for, and waits for one', async () => {
  const { path } = makeRepository()
  expect(await summary(path)).toMatchObject({
    steps: ['git', 'build'],
    branch: null,
    warned: ['No commit yet'],
  })
})

test('what is no repository is answered with what to do', async () => {
  const folder = temporaryFolder('no repository')
  const file = join(folder, 'a file.txt')
  writeFileSync(file, '')
  const many = join(folder, 'many')
  for (const name of ['one', 'two']) {
    mkdirSync(join(many, name), { recursive: true })
    gitIn(join(many, name), 'init', '--quiet')
  }
  const said = (repository: string) =>
    look(repository, folder).catch((error: Error) => error.message)
  expect([
    await said(folder),
    await said(file),
    await said(many),
    await said(join(folder, 'gone')),
    await said('  '),
  ]).toEqual([
    `${folder} is not a git repository. Make it one, then add it again: git init && git add --all && git commit -m "Begin"`,
    `${file} is a file; a folder with a git repository is needed. Point at ${folder}.`,
    `${many} is not a git repository; there is one in ${join(many, 'one')}, in ${join(many, 'two')}. Point at that.`,
    `${join(folder, 'gone')} does not exist.`,
    'Say which repository: a path, or any address that git clones.',
  ])
})
