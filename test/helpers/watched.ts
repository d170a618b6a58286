import { type GitSource, startGitSource } from '../../main/master/changes/git-source.ts'
import { systemClock } from '../../main/master/clock.ts'
import type { Change, SourceState } from '../../main/master/model.ts'
import { later } from './cleanup.ts'
import { type TestData, testData } from './data.ts'
import { temporaryFolder } from './folders.ts'
import { testEnvironment } from './master.ts'

export interface Watched extends TestData {
  readonly source: GitSource
  /** Looks, and gives the changes that are new since the last look: branch, subject, category. */
  look(): Promise<string[]>
  changes(): Change[]
  state(): SourceState | undefined
  events(): string[]
  /** The detail of the newest event. */
  lastDetail(): string | undefined
}

export function watch(
  repository: string,
  {
    branches = ['**'],
    store = testData(),
    pollMs = null as number | null,
    env = testEnvironment(),
    mirrors = temporaryFolder('mirrors'),
  } = {},
): Watched {
  store.data.saveProjects([{ name: 'calc', repository, branches }])
  const source = startGitSource({
    data: store.data,
    clock: systemClock,
    project: { name: 'calc', repository, branches, pollMs },
    mirrors,
    env,
    onTrouble() {},
  })
  later(source.stop)
  let last = 0
  const changes = () => store.data.changesAfter(0 as Change['id'])
  return {
    ...store,
    source,
    changes,
    async look() {
      await source.look()
      const found = store.data.changesAfter(last as Change['id'])
      last = found.at(-1)?.id ?? last
      return found.map(({ branch, subject, category }) =>
        [branch, subject, category].filter(Boolean).join(' | '),
      )
    },
    state: () => store.data.projects()[0]?.source,
    events: () =>
      store.data
        .events(0, 999)
        .map(({ kind, subject }) => `${kind} ${subject}`)
        .reverse(),
    lastDetail: () => store.data.events(0, 1)[0]?.detail,
  }
}
