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
  SlaveVitals,
  SourceStamp,
  Step,
} from '../../master/model.ts'
import type { WaitReason } from '../../master/process/waiting.ts'

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

/** @param waiting Why it waits; `null` once it does not. */
export function requestResource(request: BuildRequest, waiting: Waiting | null): Resource {
  return {
    waiting,
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

export interface Waiting {
  readonly reason: string
  readonly reasons: readonly WaitReason[]
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

function stampResource(stamp: SourceStamp): Resource {
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

/** @param properties What an imported change can have besides. */
export function changeResource(change: Change, properties: Properties = {}): Resource {
  const { branch, revision, project, repository } = change
  return {
    changeid: change.id,
    author: change.who,
    committer: properties.committer?.value ?? change.who,
    comments: change.comments,
    branch,
    revision,
    revlink: properties.revlink?.value ?? null,
    when_timestamp: seconds(change.at),
    category: change.category,
    parent_changeids: [],
    repository,
    codebase: properties.codebase?.value ?? '',
    project,
    files: change.files,
    properties: propertiesResource(properties),
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

export function workerResource(
  slave: Slave,
  builders: readonly Builder[],
  vitals: readonly SlaveVitals[],
): Resource {
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
    notes: slave.reason || null,
    // What Buildbot does not have.
    kind: slave.kind,
    tags: slave.tags,
    max_builds: slave.maxBuilds,
    state: slave.state,
    since: seconds(slave.since),
    pause: slave.paused && {
      by: slave.paused.by,
      at: seconds(slave.paused.at),
      until: seconds(slave.paused.until),
    },
    quarantine: slave.quarantine && {
      ...slave.quarantine,
      until: seconds(slave.quarantine.until),
    },
    missing_since: seconds(slave.missedAt),
    link: {
      how: slave.link.how,
      address: slave.link.address,
      program: slave.link.program,
      latency_ms: slave.link.latencyMs,
      bytes_per_second: slave.link.bytesPerSecond,
      clock_offset_ms: slave.link.clockOffsetMs,
      last_seen_at: seconds(slave.link.lastSeenAt),
      capabilities: slave.link.capabilities,
    },
    vitals: vitalsResource(vitals.at(-1)),
  }
}

function vitalsResource(vitals: SlaveVitals | undefined): Resource | null {
  if (!vitals) return null
  return {
    at: seconds(vitals.at),
    load: vitals.load,
    cpu_percent: vitals.cpuPercent,
    memory_used_bytes: vitals.memoryUsedBytes,
    memory_total_bytes: vitals.memoryTotalBytes,
    disk_free_bytes: vitals.diskFreeBytes,
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
