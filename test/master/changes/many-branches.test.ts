import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../helpers/folders.ts'
import { testEnvironment } from '../../helpers/master.ts'
import { commits, makeRepository, serveGit } from '../../helpers/repository.ts'
import { watch } from '../../helpers/watched.ts'

/** An environment whose git notes each of its starts, and how often it was started since asked last. */
function countingGit() {
  const folder = temporaryFolder('git')
  const list = join(folder, 'starts')
  const env = testEnvironment()
  writeFileSync(list, '')
  writeFileSync(
    join(folder, 'git'),
    `#!/bin/sh\necho "$*" >>'${list}'\nPATH='${env.PATH}' exec git "$@"\n`,
  )
  chmodSync(join(folder, 'git'), 0o755)
  return {
    env: { ...env, PATH: `${folder}:${env.PATH}` },
    starts() {
      const lines = readFileSync(list, 'utf8').split('\n').length - 1
      writeFileSync(list, '')
      return lines
    },
  }
}

const BRANCHES = 120

test.each(['folder', 'server'])(
  'a look at a %s starts as many processes for one branch as for hundreds',
  async kind => {
    const repository = makeRepository()
    const first = repository.commit('the first')
    const second = repository.commit('the second')
    const bare = repository.bare()
    const address = kind === 'folder' ? repository.path : await serveGit(dirname(bare))
    const { env, starts } = countingGit()
    const calc = watch(address, { env })
    const push = () => kind === 'server' && repository.git('push', '--quiet', '--force', '--all')
    const names = Array.from({ length: BRANCHES }, (_, i) => `bot-${i}`)
    const look = async (stream: string) => {
      repository.import(stream)
      push()
      starts()
      return { changes: (await calc.look()).length, starts: starts() }
    }
    repository.git('remote', 'set-url', 'origin', bare)
    push()
    await calc.look()
    const one = await look(commits('one', 1, second))
    // Each with a commit of its own, then each with one more, then each on another commit.
    const made = await look(names.map(name => commits(name, 1, second)).join(''))
    const next = await look(names.map(name => commits(name, 1, `refs/heads/${name}^0`)).join(''))
    const moved = await look(names.map(name => commits(name, 1, first)).join(''))
    const events = calc.events().filter(event => event.startsWith('branch-reset')).length
    expect([one.changes, made.changes, next.changes, moved.changes, events]).toEqual([
      1,
      BRANCHES,
      BRANCHES,
      BRANCHES,
      BRANCHES,
    ])
    const most = Math.max(made.starts, next.starts, moved.starts)
    expect([most <= one.starts + 1, one.starts <= 7]).toEqual([true, true])
  },
  60_000,
)

test('a branch that was merged into one that moved on comes with it, also far back', async () => {
  const repository = makeRepository()
  const first = repository.commit('the first')
  repository.import(commits('side', 200, first))
  const calc = watch(repository.path)
  await calc.look()
  repository.commit('meanwhile')
  repository.git('merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side')
  repository.git('branch', '--force', 'side', 'main')
  const found = await calc.look()
  expect([found.filter(one => one.startsWith('main')).length, found.at(-1)]).toEqual([
    202,
    'side | Merge side',
  ])
})
