import { findBuild, findBuildByNumber, insertBuild } from '../db/builds.ts'
import { completeBuildset, insertBuildset, internSourceStamp } from '../db/buildsets.ts'
import type { Database } from '../db/database.ts'
import { findMark, saveMark } from '../db/imports.ts'
import { changesOfRevision, type MonitoredRun, setMonitored } from '../db/monitored.ts'
import { saveProperties } from '../db/properties.ts'
import { claimRequest, completeRequest, findRequest, insertRequest } from '../db/requests.ts'
import { ensureSlave } from '../db/slaves.ts'
import type { Build, Builder, BuildId, RunId } from '../model.ts'
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

/** Builds of other CIs: they come when they are over, and wait for nothing here. */
export function monitoredData(db: Database, update: Update, run: () => RunId) {
  return {
    /** Returns the numbers that the builder has given to builds of its own: those runs are left out. */
    recordRuns(builder: Builder, place: MonitoredPlace, runs: readonly MonitoredRun[]): number[] {
      return update(announce => {
        const taken: number[] = []
        for (const one of runs.toSorted((a, b) => a.startedAt - b.startedAt || a.id - b.id)) {
          const mark = findMark(db, place.source, 'build', one.id)
          const known = mark && findBuild(db, mark.localId as BuildId)
          if (known && isSame(known, one)) continue
          if (!known && findBuildByNumber(db, builder.id, one.number)) taken.push(one.number)
          else announce('build/changed', known ? end(known, one) : add(builder, place, one))
        }
        return taken
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
    const requestId = insertRequest(db, {
      buildsetId,
      builderId: builder.id,
      priority: 0,
      submittedAt,
    })
    const runId = run()
    claimRequest(db, requestId, runId, one.startedAt)
    const id = insertBuild(db, {
      builderId: builder.id,
      number: one.number,
      requestId,
      slaveId: ensureSlave(db, place.slave),
      runId,
      startedAt: one.startedAt,
      stateString: '',
      environmentId: null,
    })
    saveMark(db, place.source, 'build', one.id, { localId: id, final: true })
    saveProperties(db, { build: id }, { url: { value: one.url, source: scheduler } })
    return end(findBuild(db, id)!, one)
  }

  // One that was run again there ends once more: the last try counts.
  function end({ id, requestId }: Build, one: MonitoredRun): Build {
    const { results, completeAt } = one
    setMonitored(db, id, one)
    completeRequest(db, requestId, results, completeAt)
    completeBuildset(db, findRequest(db, requestId)!.buildsetId, results, completeAt)
    return findBuild(db, id)!
  }
}

function isSame(build: Build, run: MonitoredRun): boolean {
  return (
    build.results === run.results &&
    build.startedAt === run.startedAt &&
    build.completeAt === run.completeAt
  )
}
