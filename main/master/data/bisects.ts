import { z } from 'zod'
import * as bisects from '../db/bisects.ts'
import type { Database } from '../db/database.ts'
import type { Build, BuilderId, BuildRequestId, Change, ChangeId } from '../model.ts'
import type { Update } from './unit.ts'

export { BISECT_PROPERTY } from '../db/bisects.ts'

/** A search for the first bad change: between which builds, and how it ended. All else is in the builds. */
export interface BisectRecord {
  /** Numbers of builds of one builder. */
  readonly good: number
  readonly bad: number
  /** Its first request. */
  readonly since: BuildRequestId
  /** `null` while it goes on. */
  readonly ended: BisectEnd | null
}

export type BisectEnd =
  | { readonly kind: 'found'; readonly change: ChangeId; readonly builds: number }
  | {
      readonly kind: 'within'
      readonly first: ChangeId
      readonly last: ChangeId
      readonly changes: number
      readonly builds: number
    }
  | { readonly kind: 'stopped'; readonly why: string }

const END = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('found'), change: z.int(), builds: z.int() }),
  z.object({
    kind: z.literal('within'),
    first: z.int(),
    last: z.int(),
    changes: z.int(),
    builds: z.int(),
  }),
  z.object({ kind: z.literal('stopped'), why: z.string() }),
])
const RECORD = z.object({ good: z.int(), bad: z.int(), since: z.int(), ended: END.nullable() })

// A row that is none of ours is as good as not there.
function readRecord(value: unknown): BisectRecord | undefined {
  const read = RECORD.safeParse(value)
  return read.success ? (read.data as BisectRecord) : undefined
}

export function bisectData(db: Database, update: Update) {
  return {
    /** The bisect of a bad build. */
    bisect: (builder: BuilderId, bad: number) => readRecord(bisects.readBisect(db, builder, bad)),
    bisects: () =>
      bisects.listBisects(db).flatMap(({ builderId, value }) => {
        const record = readRecord(value)
        return record ? [{ builderId, record }] : []
      }),
    saveBisect: (builder: BuilderId, record: BisectRecord) =>
      update(() => bisects.saveBisect(db, builder, record.bad, record)),
    changeBuilt: (build: Build) => bisects.changeBuilt(db, build),
    lastGreenBefore: (build: Build, change: Change) => bisects.lastGreenBefore(db, build, change),
    changesOfBranch: (after: ChangeId, upTo: Change) => bisects.changesOfBranch(db, after, upTo),
    attemptsAfter: (builder: BuilderId, number: number) =>
      bisects.attemptsAfter(db, builder, number),
    requestsOfBisect: (builder: BuilderId, { bad, since }: BisectRecord) =>
      bisects.requestsOfBisect(db, builder, bad, since),
  }
}
