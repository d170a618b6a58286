import { createData, type Data } from '../../main/master/data/data.ts'
import type { NewChange } from '../../main/master/db/changes.ts'
import type { Database } from '../../main/master/db/database.ts'
import type { LogStore } from '../../main/master/logs/log-store.ts'
import type {
  Build,
  Builder,
  BuildRequestId,
  Change,
  ChangeId,
  Properties,
} from '../../main/master/model.ts'
import { createMq, type Mq, type News } from '../../main/master/mq/mq.ts'
import { type Result, SUCCESS } from '../../main/master/results.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { openTestDatabase } from './database.ts'

export interface TestData {
  readonly db: Database
  readonly data: Data
  readonly mq: Mq
  readonly clock: FakeClock
  /** All that was announced. */
  readonly news: readonly News[]
  /** What a listener threw. */
  readonly faults: readonly unknown[]
  /** An active builder of that name. */
  builder(name: string): Builder
  change(change?: Partial<NewChange>): Change
  /** Asks for a build by one buildset of its own. */
  request(builder: Builder, wish?: RequestWish): BuildRequestId
  /** The build of a request, from its beginning to its end, on the one slave. */
  build(request: BuildRequestId, results?: Result): Build
}

export interface RequestWish {
  readonly project?: string
  readonly repository?: string
  readonly branch?: string | null
  readonly revision?: string | null
  readonly changes?: readonly ChangeId[]
  readonly properties?: Properties
  readonly collapse?: boolean
  readonly scheduler?: string
  readonly priority?: number
}

// Tests of logs have a store of their own.
const noLogs = {} as LogStore

/** The data of a master without one: its database, its news, a clock that stands still. */
export function testData(db: Database = openTestDatabase()): TestData {
  const clock = createFakeClock()
  const faults: unknown[] = []
  const mq = createMq(error => faults.push(error))
  const options = { db, logs: noLogs, mq, clock, version: '0', shell: 'headless' }
  const { data } = createData({ ...options, onCommit() {} })
  const news: News[] = []
  mq.subscribeAll(one => news.push(one))
  data.startRun()
  data.saveSlaves([{ name: 'local', kind: 'local', tags: [], maxBuilds: 1 }])
  news.length = 0
  const names: string[] = []

  return {
    db,
    data,
    mq,
    clock,
    news,
    faults,
    builder(name) {
      names.push(name)
      const facts = { project: 'calc', description: '', tags: [], slaves: ['local'] }
      data.saveBuilders(names.map((one, position) => ({ ...facts, name: one, position })))
      return data.builderByName(name)!
    },
    change: (change = {}) =>
      data.addChange({
        project: 'calc',
        repository: '/srv/calc',
        branch: 'main',
        revision: `r${data.countChanges() + 1}`,
        who: 'Ada <ada@example.org>',
        comments: 'a change',
        files: [],
        category: null,
        at: clock.now(),
        ...change,
      }),
    request(builder, wish = {}) {
      const { project = 'calc', repository = '/srv/calc', branch = 'main', revision = null } = wish
      const { requests } = data.addBuildset({
        reason: 'a test',
        scheduler: wish.scheduler ?? 'on change',
        sourcestamp: { project, repository, branch, revision },
        changes: wish.changes ?? [],
        properties: wish.properties ?? {},
        priority: wish.priority ?? 0,
        builders: [{ id: builder.id, collapse: wish.collapse ?? true }],
      })
      return requests[0]!.id
    },
    build(request, results = SUCCESS) {
      const { id } = data.startBuild(request, data.slave('local')!.id, {})!
      return data.finishBuild(id, results, '')
    },
  }
}
