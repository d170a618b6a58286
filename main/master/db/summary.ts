import type { BuilderId } from '../model.ts'
import { EXCEPTION, FAILURE } from '../results.ts'
import type { Database } from './database.ts'
import type { Stretch } from './timeline.ts'

/** What one builder, or all of them together, made of a stretch of time. */
export interface BuildSums {
  readonly builds: number
  readonly failed: number
  readonly exceptions: number
  /** How long a build took; `null` when there was none. */
  readonly medianMs: number | null
}

export interface Summary extends BuildSums {
  /** Those that built, the busiest first. */
  readonly builders: readonly (BuildSums & { readonly builderId: BuilderId })[]
}

/** The builds that began in a stretch and have ended, summed up. */
export function summarize(db: Database, { from, to }: Stretch): Summary {
  const sums = `count(*) AS builds, ifnull(sum(results = ${FAILURE}), 0) AS failed,
    ifnull(sum(results = ${EXCEPTION}), 0) AS exceptions,
    max(CASE WHEN nth = (n + 1) / 2 THEN ms END) AS medianMs`
  // `parted` is what is counted together.
  const ended = (parted: string) =>
    `SELECT builder_id, results, complete_at - started_at AS ms,
       row_number() OVER (${parted} ORDER BY complete_at - started_at) AS nth,
       count(*) OVER (${parted}) AS n
     FROM builds INDEXED BY builds_by_time
     WHERE started_at >= ? AND started_at < ? AND complete_at IS NOT NULL`
  const builders = db.all<Summary['builders'][number] & Record<string, never>>(
    `SELECT builder_id AS builderId, ${sums} FROM (${ended('PARTITION BY builder_id')})
     GROUP BY builder_id ORDER BY builds DESC, builder_id`,
    from,
    to,
  )
  return { ...db.get<BuildSums>(`SELECT ${sums} FROM (${ended('')})`, from, to)!, builders }
}
