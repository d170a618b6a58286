import type { ForceConfig } from '../master/config/model.ts'
import { FORCE_FORM, FORCE_REASON, FORCE_SCHEDULER } from '../master/data/collapse.ts'
import type { Master } from '../master/master.ts'
import type { Build, Builder, BuilderId, Change, Properties } from '../master/model.ts'
import { askedFor, from } from '../master/process/properties.ts'
import { planRetry, RETRY_PRIORITY, retryProperty } from '../master/process/retry-from.ts'
import { RETRY_SCHEDULER } from '../master/results.ts'
import type { BisectBegun, ForceOrder, Requested } from './contract.ts'
import { mustBe, RefusedError } from './refused.ts'

/**
 * Asks for a build by hand. Without a branch it is the repository's own.
 *
 * @param scheduler Whose properties and priority it has: the first force scheduler of the
 *   configuration that names the builder when it is left out, none when it is `null`.
 */
export function forceBuild(
  master: Master,
  order: ForceOrder,
  scheduler: ForceConfig | null = forceSchedulerOf(master, order.builderId),
): Requested {
  const { builderId, branch, revision, properties } = order
  const { project, repository } = sourceOf(master, builderId)
  const reason = order.reason || 'forced'
  return request(master, builderId, {
    reason,
    branch: branch || (revision ? null : master.data.ownBranch(project)),
    revision: revision || null,
    properties: {
      ...(scheduler && {
        ...from('Scheduler', scheduler.properties),
        ...from(FORCE_REASON.source, { [FORCE_REASON.name]: reason }),
      }),
      ...from(FORCE_FORM, properties),
    },
    ...(scheduler && { scheduler: scheduler.name, priority: scheduler.priority }),
    project,
    repository,
    changes: [],
  })
}

function forceSchedulerOf({ data, config }: Master, id: BuilderId): ForceConfig | null {
  const name = data.builder(id)?.name
  const found = config.current.schedulers.find(
    (one): one is ForceConfig =>
      one.kind === 'force' && name !== undefined && one.builders.includes(name),
  )
  return found ?? null
}

/** Asks for the first build of a builder that was just added; not of a repository without a commit. */
export function forceTip(master: Master, builder: Builder): void {
  const { data } = master
  const branch = data.ownBranch(builder.project)
  const revision = branch === null ? undefined : data.branchTips(builder.project).get(branch)
  if (branch === null || revision === undefined) return
  const { project, repository } = sourceOf(master, builder.id)
  const newest = data
    .changes({ limit: 200 })
    .find(
      change =>
        change.project === project && change.branch === branch && change.revision === revision,
    )
  const changes = newest ? [newest.id] : []
  const properties = {}
  const reason = 'first build'
  request(master, builder.id, {
    reason,
    project,
    repository,
    branch,
    revision,
    changes,
    properties,
  })
}

/** Asks for a build of one change, as it was then. */
export function buildChange(
  master: Master,
  builder: Builder,
  change: Pick<Change, 'id' | 'branch' | 'revision'>,
  reason: string,
): Requested {
  return request(master, builder.id, {
    ...sourceOf(master, builder.id),
    reason,
    branch: change.branch,
    revision: change.revision,
    properties: {},
    changes: [change.id],
  })
}

/** Asks for the same build again: what it checked out, with its buildset's properties. */
export function rebuild(master: Master, build: Build): Requested {
  const wish = { ...sameAgain(master, build), reason: `rebuild of #${build.number}` }
  return request(master, build.builderId, wish)
}

/** Asks for the same build again in the folder that it left, without the steps before the chosen one. */
export function retryFrom(master: Master, build: Build, step: string): Requested {
  const { data, distributor } = master
  sourceOf(master, build.builderId)
  const plan = planRetry(data, distributor.configOf(build.builderId), build, step)
  if ('problem' in plan) throw new RefusedError(`can't be retried from ${step}: ${plan.problem}`)
  const again = sameAgain(master, build)
  return request(master, build.builderId, {
    ...again,
    reason: `retry of #${build.number} from ${step}`,
    scheduler: RETRY_SCHEDULER,
    properties: { ...again.properties, ...retryProperty(build, step) },
    priority: RETRY_PRIORITY,
  })
}

/** Looks for the change between the last good build and this one that made it fail. */
export function bisect(master: Master, build: Build): BisectBegun {
  sourceOf(master, build.builderId)
  const problem = master.bisects.whyNot(build)
  if (problem !== null) throw new RefusedError(`can't be bisected: ${problem}`)
  return { requestId: master.bisects.start(build) }
}

/** @param build Any of the builder. */
export function stopBisect({ data, bisects }: Master, { builderId }: Build): void {
  if (!bisects.stop(builderId, 'by hand'))
    throw new RefusedError(`${data.builder(builderId)?.name} is not being bisected`)
}

function sameAgain(master: Master, build: Build): Omit<Wish, 'reason'> {
  const { data } = master
  const before = data.request(build.requestId)!
  const { project, repository, branch } = before.sourcestamp
  return {
    branch,
    revision: build.revision,
    properties: askedFor(data.propertiesOfBuildset(before.buildsetId)),
    project,
    repository,
    changes: data.changesOfRequest(build.requestId).map(change => change.id),
  }
}

interface Wish {
  readonly reason: string
  readonly project: string
  readonly repository: string
  readonly branch: string | null
  readonly revision: string | null
  readonly properties: Properties
  readonly changes: readonly Parameters<Master['data']['change']>[0][]
  /** That of what a person forces when it is left out. */
  readonly scheduler?: string
  /** 0 when it is left out. */
  readonly priority?: number
}

function request(master: Master, builderId: BuilderId, wish: Wish): Requested {
  const { project, repository, branch, revision } = wish
  const { requests } = master.data.addBuildset({
    reason: wish.reason,
    scheduler: wish.scheduler ?? FORCE_SCHEDULER,
    sourcestamp: { project, repository, branch, revision },
    changes: wish.changes,
    properties: wish.properties,
    priority: wish.priority ?? 0,
    // A person asked for this build; it is not to vanish into another.
    builders: [{ id: builderId, collapse: false }],
  })
  return { requestId: requests[0]!.id }
}

function sourceOf(master: Master, builderId: BuilderId): { project: string; repository: string } {
  const { data } = master
  const builder = mustBe(data.builder(builderId), 'there is no such builder')
  if (!builder.active) throw new RefusedError(`builder "${builder.name}" is no longer configured`)
  if (builder.monitor !== null)
    throw new RefusedError(`"${builder.name}" is built elsewhere: ${builder.monitor}`)
  const project = data.projects().find(one => one.name === builder.project)
  return { project: builder.project, repository: project?.repository ?? '' }
}
