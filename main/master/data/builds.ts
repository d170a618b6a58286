import type { Clock } from '../clock.ts'
import * as builds from '../db/builds.ts'
import type { Database } from '../db/database.ts'
import { environmentOfBuild, keepEnvironment } from '../db/environments.ts'
import { artifactsOfBuild, completeLog, growingLogs, saveArtifact } from '../db/logs.ts'
import { readProperties, saveProperties } from '../db/properties.ts'
import * as requests from '../db/requests.ts'
import * as running from '../db/running-builds.ts'
import { endRun, unendedRuns } from '../db/runs.ts'
import { lastGoodBuild, lastTellingBuild, redRunOf, suspectsOf } from '../db/standing.ts'
import * as steps from '../db/steps.ts'
import type {
  Artifact,
  Build,
  BuilderId,
  BuildId,
  BuildRequestId,
  ChangeId,
  Environment,
  LogId,
  Moment,
  Properties,
  RunId,
  SlaveId,
  Step,
  StepId,
  TestCounts,
  TestResult,
} from '../model.ts'
import { EXCEPTION, RETRY, type Result } from '../results.ts'
import type { RedRun } from '../standing.ts'
import { completeRequest } from './requests.ts'
import type { Update } from './unit.ts'

export type { RunningBuild } from '../db/running-builds.ts'

/** What a log that was cut short turned out to hold. */
export interface LogEnd {
  readonly lineCount: number
  readonly byteCount: number
  /** When its last line came; `null` when it has none. */
  readonly lastAt: Moment | null
}

/** What the next master needs of a build to go on with it. */
export interface CarriedBuild {
  /** Random; the ids of its commands begin with it. */
  readonly marker: string
  /** Which life of the slave it runs in; `null` where its commands end with their link. */
  readonly slaveRun: string | null
  /** Its builder as it is configured now. */
  readonly builderJson: string
}

// Steps that an older version left open are looked for among so many builds.
const LOOKED_BACK = 1000

export function buildData(db: Database, update: Update, clock: Clock, run: () => RunId) {
  const data = {
    build: (id: BuildId) => builds.findBuild(db, id),
    buildByNumber: (builder: BuilderId, number: number) =>
      builds.findBuildByNumber(db, builder, number),
    builds: (query: builds.BuildQuery) => builds.listBuilds(db, query),
    countBuilds: (query: Omit<builds.BuildQuery, 'limit' | 'offset'>) =>
      builds.countBuilds(db, query),
    runningBuilds: () => builds.runningBuilds(db),
    buildsOfChange: (id: ChangeId) => builds.buildsOfChange(db, id),
    buildsOfRequest: (id: BuildRequestId) => builds.buildsOfRequest(db, id),
    lastFinishedBuilds: (builder: BuilderId, limit: number) =>
      builds.lastFinishedBuilds(db, builder, limit),
    lastTellingBuild: (builder: BuilderId) => lastTellingBuild(db, builder),
    buildsAfter: (build: Build, limit: number) => builds.buildsAfter(db, build, limit),
    lastGoodBuild: (builder: BuilderId, before: number) => lastGoodBuild(db, builder, before),
    /** The bad builds in a row that end with this one; `null` when it is not bad. */
    redRunOf: (build: Build) => redRunOf(db, build),
    /** The changes that may have turned a builder red, oldest first. */
    suspectsOf: (run: Pick<RedRun, 'first' | 'lastGood'>) => suspectsOf(db, run),
    propertiesOfBuild: (id: BuildId) => readProperties(db, { build: id }),
    /** `undefined` of a build from before environments were kept, or one that was made elsewhere. */
    environmentOfBuild: (id: BuildId) => environmentOfBuild(db, id),
    step: (id: StepId) => steps.findStep(db, id),
    stepsOfBuild: (id: BuildId) => steps.stepsOfBuild(db, id),
    stepsOfBuilds: (ids: readonly BuildId[]) => steps.stepsOfBuilds(db, ids),
    testResultsOfBuild: (id: BuildId, limit: number) => steps.testResultsOfBuild(db, id, limit),
    artifactsOfBuild: (id: BuildId) => artifactsOfBuild(db, id),

    /** Claims the request and starts its build as one. `undefined` when it no longer waits. */
    startBuild(
      request: BuildRequestId,
      slave: SlaveId,
      properties: Properties,
      carried?: CarriedBuild,
      environment?: Environment,
    ): Build | undefined {
      return update(announce => {
        const startedAt = clock.now()
        if (!requests.claimRequest(db, request, run(), startedAt)) return undefined
        const claimed = requests.findRequest(db, request)!
        const id = builds.insertBuild(db, {
          builderId: claimed.builderId,
          requestId: request,
          slaveId: slave,
          runId: run(),
          startedAt,
          stateString: 'starting',
          environmentId: environment ? keepEnvironment(db, environment) : null,
        })
        if (carried) running.insertRunningBuild(db, { buildId: id, ...carried })
        saveProperties(db, { build: id }, properties)
        const build = builds.findBuild(db, id)!
        announce('request/changed', claimed)
        announce('build/changed', build)
        return build
      })
    },

    setProperties: (id: BuildId, properties: Properties) =>
      update(() => saveProperties(db, { build: id }, properties)),

    setRevision(id: BuildId, revision: string): void {
      update(announce => {
        builds.setBuildRevision(db, id, revision)
        announce('build/changed', builds.findBuild(db, id)!)
      })
    },

    /**
     * Ends a build. With RETRY its request goes back in the queue; with any other
     * result the request is complete, in the same transaction: nothing is built twice.
     */
    finishBuild(id: BuildId, results: Result, stateString: string): Build {
      return update(announce => {
        const before = builds.findBuild(db, id)!
        if (before.completeAt !== null) return before
        // No step is left open by whatever ended the build before its end.
        for (const step of steps.stepsOfBuild(db, id)) {
          if (step.completeAt !== null) continue
          steps.completeStep(db, step.id, results, stateString, clock.now())
          announce('step/changed', steps.findStep(db, step.id)!)
        }
        builds.completeBuild(db, id, results, stateString, clock.now())
        running.deleteRunningBuild(db, id)
        const build = builds.findBuild(db, id)!
        announce('build/changed', build)
        if (results === RETRY) {
          requests.unclaimRequest(db, build.requestId)
          announce('request/changed', requests.findRequest(db, build.requestId)!)
        } else completeRequest(db, clock, build.requestId, results, announce)
        return build
      })
    },

    startStep(step: Omit<steps.NewStep, 'startedAt'>): Step {
      return update(announce => {
        const startedAt = clock.now()
        const id = steps.insertStep(db, { ...step, startedAt })
        builds.setBuildState(db, step.buildId, step.name)
        const started: Step = {
          ...step,
          id,
          startedAt,
          completeAt: null,
          results: null,
          tests: null,
        }
        announce('step/changed', started)
        announce('build/changed', builds.findBuild(db, step.buildId)!)
        return started
      })
    },

    setStepState(id: StepId, stateString: string): void {
      update(announce => {
        steps.setStepState(db, id, stateString)
        announce('step/changed', steps.findStep(db, id)!)
      })
    },

    finishStep(id: StepId, results: Result, stateString: string): Step {
      return update(announce => {
        steps.completeStep(db, id, results, stateString, clock.now())
        const step = steps.findStep(db, id)!
        announce('step/changed', step)
        return step
      })
    },

    /** Forgets what was kept of the tests of a step: what its next run finds takes their place. */
    clearTestResults: (id: StepId) => update(() => steps.deleteTestResults(db, id)),

    /** Keeps some of a step's tests. Very many come in batches, so that no transaction holds others up. */
    addTestResults: (id: StepId, results: readonly Omit<TestResult, 'stepId'>[]) =>
      update(() => steps.insertTestResults(db, id, results)),

    /** The tests of a step have been added. */
    setTestCounts(id: StepId, counts: TestCounts): void {
      update(announce => {
        steps.setStepTests(db, id, counts)
        announce('step/changed', steps.findStep(db, id)!)
      })
    },

    addArtifact: (artifact: Artifact) => update(() => saveArtifact(db, artifact)),

    /** Logs that no master has finished, of builds that are not in `kept`. */
    growingLogs: (kept: ReadonlySet<BuildId> = new Set()) => growingLogsBut(kept),

    /** What is known of builds that run, for the master that goes on with them. */
    carriedBuilds: () => running.listRunningBuilds(db),
    setStepLocks: (id: BuildId, names: readonly string[]) =>
      update(() => running.setStepLocks(db, id, names)),
    /** It was asked to end. A master that goes on with it does so. */
    setBuildEnding: (id: BuildId, ending: NonNullable<running.RunningBuild['ending']>) =>
      update(() => running.setBuildEnding(db, id, ending)),

    /**
     * Closes what earlier runs left open: they did not say goodbye. Their builds
     * end as RETRY at the last moment of which there is a trace, their requests
     * wait again, and their logs are complete as they are. Those in `kept` go on.
     */
    closeAbandoned(
      logEnds: ReadonlyMap<LogId, LogEnd>,
      kept: ReadonlySet<BuildId> = new Set(),
    ): Build[] {
      return update(announce => {
        const logs = growingLogsBut(kept)
        // A master of an older version could end a build without its step.
        steps.closeLeftSteps(db, EXCEPTION, LOOKED_BACK)
        const all = builds.runningBuilds(db)
        for (const { id, requestId } of all)
          if (kept.has(id)) requests.takeOverClaim(db, requestId, run())
        const abandoned = all.filter(({ id }) => !kept.has(id))
        const closed = abandoned.map(build => {
          const open = steps.stepsOfBuild(db, build.id)
          const stepIds = new Set(open.map(step => step.id))
          const ends = logs.filter(log => stepIds.has(log.stepId)).map(log => logEnds.get(log.id))
          const endedAt = Math.max(
            build.startedAt,
            ...open.flatMap(step => [step.startedAt, step.completeAt ?? 0]),
            ...ends.map(end => end?.lastAt ?? 0),
          )
          for (const step of open)
            if (step.completeAt === null)
              steps.completeStep(db, step.id, RETRY, 'the master stopped', endedAt)
          builds.completeBuild(db, build.id, RETRY, 'the master stopped', endedAt)
          running.deleteRunningBuild(db, build.id)
          return builds.findBuild(db, build.id)!
        })
        for (const log of logs)
          completeLog(db, log.id, logEnds.get(log.id) ?? { lineCount: 0, byteCount: 0 })
        for (const id of requests.abandonedClaims(db, run())) requests.unclaimRequest(db, id)
        for (const id of unendedRuns(db, run())) endRun(db, id, clock.now(), 'found-dead')
        for (const build of closed) announce('build/changed', build)
        return closed
      })
    },
  }
  return data

  function growingLogsBut(kept: ReadonlySet<BuildId>) {
    const own = new Set([...kept].flatMap(id => steps.stepsOfBuild(db, id).map(step => step.id)))
    return growingLogs(db).filter(log => !own.has(log.stepId))
  }
}
