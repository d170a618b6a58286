import type { Master } from '../../master/master.ts'
import type {
  Build,
  Builder,
  BuildRequest,
  Buildset,
  Change,
  Log,
  Moment,
  Properties,
  Slave,
  SourceStamp,
  Step,
} from '../../master/model.ts'

// Our records in the shapes of Buildbot's REST API, version 2. Moments are seconds there.
const MASTER_ID = 1

export type Resource = Readonly<Record<string, unknown>>

const seconds = (moment: Moment | null) => (moment === null ? null : Math.floor(moment / 1000))

export function builderResource(builder: Builder): Resource {
  return {
    builderid: builder.id,
    name: builder.name,
    description: builder.description,
    description_format: null,
    description_html: null,
    masterids: builder.active ? [MASTER_ID] : [],
    projectid: null,
    tags: builder.tags,
  }
}

export function buildResource(build: Build, workerId: number | null): Resource {
  return {
    buildid: build.id,
    number: build.number,
    builderid: build.builderId,
    buildrequestid: build.requestId,
    workerid: workerId,
    masterid: MASTER_ID,
    started_at: seconds(build.startedAt),
    complete_at: seconds(build.completeAt),
    complete: build.completeAt !== null,
    state_string: build.stateString,
    results: build.results,
    locks_duration_s: 0,
    properties: {},
  }
}

export function stepResource(step: Step): Resource {
  return {
    stepid: step.id,
    number: step.number,
    name: step.name,
    buildid: step.buildId,
    started_at: seconds(step.startedAt),
    locks_acquired_at: seconds(step.startedAt),
    complete_at: seconds(step.completeAt),
    complete: step.completeAt !== null,
    state_string: step.stateString,
    results: step.results,
    urls: [],
    hidden: step.hidden,
  }
}

export function logResource(log: Log): Resource {
  return {
    logid: log.id,
    stepid: log.stepId,
    name: log.name,
    slug: log.name.replace(/[^A-Za-z0-9_]+/g, '_'),
    type: log.kind,
    complete: log.complete,
    num_lines: log.lineCount,
  }
}

export function requestResource(request: BuildRequest): Resource {
  return {
    buildrequestid: request.id,
    buildsetid: request.buildsetId,
    builderid: request.builderId,
    priority: request.priority,
    submitted_at: seconds(request.submittedAt),
    claimed: request.claimedAt !== null,
    claimed_at: seconds(request.claimedAt),
    claimed_by_masterid: request.claimedAt === null ? null : MASTER_ID,
    complete: request.completeAt !== null,
    complete_at: seconds(request.completeAt),
    results: request.results ?? -1,
    waited_for: false,
    properties: null,
  }
}

export function buildsetResource(set: Buildset): Resource {
  return {
    bsid: set.id,
    external_idstring: null,
    reason: set.reason,
    submitted_at: seconds(set.submittedAt),
    complete: set.completeAt !== null,
    complete_at: seconds(set.completeAt),
    results: set.results,
    parent_buildid: null,
    parent_relationship: null,
    sourcestamps: [stampResource(set.sourcestamp)],
  }
}

export function stampResource(stamp: SourceStamp): Resource {
  return {
    ssid: stamp.id,
    branch: stamp.branch,
    revision: stamp.revision,
    project: stamp.project,
    repository: stamp.repository,
    codebase: '',
    created_at: null,
    patch: null,
  }
}

export function changeResource(change: Change): Resource {
  const { branch, revision, project, repository } = change
  return {
    changeid: change.id,
    author: change.who,
    committer: change.who,
    comments: change.comments,
    branch,
    revision,
    revlink: null,
    when_timestamp: seconds(change.at),
    category: change.category,
    parent_changeids: [],
    repository,
    codebase: '',
    project,
    files: change.files,
    properties: {},
    sourcestamp: {
      ssid: null,
      branch,
      revision,
      project,
      repository,
      codebase: '',
      created_at: seconds(change.receivedAt),
      patch: null,
    },
  }
}

export function workerResource(slave: Slave, builders: readonly Builder[]): Resource {
  const configured = builders.filter(
    builder => builder.active && builder.slaves.includes(slave.name),
  )
  return {
    workerid: slave.id,
    name: slave.name,
    connected_to: slave.state === 'online' ? [{ masterid: MASTER_ID }] : [],
    configured_on: configured.map(builder => ({ masterid: MASTER_ID, builderid: builder.id })),
    workerinfo: slave.info,
    paused: slave.paused !== null,
    pause_reason: slave.paused?.reason ?? null,
    graceful: slave.draining,
  }
}

export function masterResource({ options, clock }: Master): Resource {
  return {
    masterid: MASTER_ID,
    name: `triphammer ${options.version}`,
    active: true,
    last_active: seconds(clock.now()),
  }
}

/** Buildbot writes a property as `[value, source]`. */
export function propertiesResource(properties: Properties): Resource {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { value, source }]) => [name, [value, source]]),
  )
}
