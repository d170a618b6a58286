import type { Build, BuildId, Change, ChangeId } from '../model.ts'
import { findBuild } from './builds.ts'
import { changesOfRequest, findChange, toChange } from './changes.ts'
import type { Database } from './database.ts'

export interface BetweenQuery {
  readonly a: BuildId
  readonly b: BuildId
}

/** The changes by which two builds differ. */
export type Between =
  /** `added`: the first holds them and the second does not; `removed`: the other way round. */
  | {
      readonly kind: 'added' | 'removed'
      readonly changes: readonly Change[]
      readonly cut: boolean
    }
  | { readonly kind: 'same' }
  /** One of them is of no change that is known, or they are of two branches or projects. */
  | { readonly kind: 'apart' }

const MOST_CHANGES = 200

/** @returns `null` when there is no such build. */
export function changesBetween(db: Database, query: BetweenQuery): Between | null {
  const [a, b] = [findBuild(db, query.a), findBuild(db, query.b)]
  if (!a || !b) return null
  if (a.revision !== null && a.revision === b.revision) return { kind: 'same' }
  const [first, second] = [newestChange(db, a), newestChange(db, b)]
  if (!first || !second || first.project !== second.project || first.branch !== second.branch)
    return { kind: 'apart' }
  if (first.id === second.id) return { kind: 'same' }
  const found = db
    .all(
      `SELECT * FROM changes WHERE project = ? AND branch = ? AND id > ? AND id <= ?
       ORDER BY id DESC LIMIT ${MOST_CHANGES + 1}`,
      first.project,
      first.branch,
      Math.min(first.id, second.id),
      Math.max(first.id, second.id),
    )
    .map(toChange)
  return {
    kind: first.id > second.id ? 'added' : 'removed',
    changes: found.slice(0, MOST_CHANGES),
    cut: found.length > MOST_CHANGES,
  }
}

// The change whose revision was built; where that is not known, the newest that was asked for.
function newestChange(db: Database, build: Build): Change | undefined {
  const asked = changesOfRequest(db, build.requestId)
  const { project } = db.get<{ project: string }>(
    `SELECT ss.project FROM build_requests r JOIN buildsets s ON s.id = r.buildset_id
     JOIN sourcestamps ss ON ss.id = s.sourcestamp_id WHERE r.id = ?`,
    build.requestId,
  )!
  const built = db.get<{ id: ChangeId }>(
    `SELECT id FROM changes WHERE project = ? AND revision = ?
     ORDER BY ifnull(branch = ?, 0) DESC, id LIMIT 1`,
    project,
    build.revision,
    build.branch,
  )
  if (!built) return asked.at(-1)
  return findChange(db, built.id)
}
