import { findBuild } from '../db/builds.ts'
import { insertBuildset, internSourceStamp } from '../db/buildsets.ts'
import type { Database } from '../db/database.ts'
import {
  changesOfRevision,
  findMonitored,
  insertMonitored,
  type MonitoredRun,
  slaveElsewhere,
  updateMonitored,
} from '../db/monitored.ts'
import { saveProperties } from '../db/properties.ts'
import { insertRequest } from '../db/requests.ts'
import type { Build, Builder, RunId } from '../model.ts'
import type { Update } from './unit.ts'

/** Where runs come from. */
export interface MonitoredPlace {
  /** Tells this CI from others, also when it is renamed here. */
  readonly source: string
  /** What it is called in history. */
  readonly scheduler: string
  readonly repository: string
  /** The machine, as it is shown. */
  readonly slave: string
}

export interface Recorded {
  readonly added: number
  /** Numbers that the builder has given to builds of its own. */
  readonly taken: readonly number[]
}

/** Builds of other CIs: they come when they are over, and wait for nothing here. */
export function monitoredData(db: Database, update: Update, run: () => RunId) {
  return {
    recordRuns(builder: Builder, place: MonitoredPlace, runs: readonly MonitoredRun[]): Recorded {
      return update(announce => {
        const taken: number[] = []
        let added = 0
        for (const one of [...runs].sort((a, b) => a.startedAt - b.startedAt || a.id - b.id)) {
          const known = findMonitored(db, place.source, one.id)
          if (known) {
            if (isSame(known, one)) continue
            updateMonitored(db, known.id, one)
            announce('build/changed', findBuild(db, known.id)!)
          } else if (isTaken(builder, one.number)) taken.push(one.number)
          else {
            announce('build/changed', add(builder, place, one))
            added++
          }
        }
        return { added, taken }
      })
    },
  }

  function add(builder: Builder, place: MonitoredPlace, one: MonitoredRun): Build {
    const { branch, revision, reason, submittedAt } = one
    const { repository, scheduler } = place
    const { project } = builder
    const sourcestampId = internSourceStamp(db, { project, repository, branch, revision })
    const changes =
      project === '' || revision === null ? [] : changesOfRevision(db, project, revision)
    const buildsetId = insertBuildset(db, {
      reason,
      scheduler,
      sourcestampId,
      changes,
      submittedAt,
    })
    db.run(
      'UPDATE buildsets SET complete_at = ?, results = ? WHERE id = ?',
      one.completeAt,
      one.results,
      buildsetId,
    )
    const requestId = insertRequest(db, {
      buildsetId,
      builderId: builder.id,
      priority: 0,
      submittedAt,
    })
    const id = insertMonitored(db, place.source, one, {
      builderId: builder.id,
      requestId,
      slaveId: slaveElsewhere(db, place.slave),
      runId: run(),
    })
    saveProperties(db, { build: id }, { url: { value: one.url, source: scheduler } })
    return findBuild(db, id)!
  }

  function isTaken(builder: Builder, number: number): boolean {
    const found = db.get(
      'SELECT 1 FROM builds WHERE builder_id = ? AND number = ?',
      builder.id,
      number,
    )
    return found !== undefined
  }
}

function isSame(build: Build, run: MonitoredRun): boolean {
  return (
    build.results === run.results &&
    build.startedAt === run.startedAt &&
    build.completeAt === run.completeAt
  )
}
