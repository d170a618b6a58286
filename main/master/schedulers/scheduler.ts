import type { Clock } from '../clock.ts'
import type { BuilderConfig, Config, SchedulerConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { NewSourceStamp } from '../db/buildsets.ts'
import { nameMatcher } from '../globs.ts'
import type { Change, Moment, Properties, PropertyValue, Stop } from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import { from } from '../process/properties.ts'

/** What a scheduler has at hand. */
export interface SchedulerContext {
  readonly data: Data
  readonly mq: Mq
  readonly clock: Clock
  readonly config: () => Config
  readonly log: (text: string) => void
  /** Told when what a scheduler plans is another. */
  readonly onPlan: () => void
}

/** Builds that a scheduler is going to ask for by itself. */
export interface Planned {
  readonly scheduler: string
  /** Names of builders. */
  readonly builders: readonly string[]
  readonly at: Moment
  /** Whether it waits for a branch to be quiet, or for a time of day. */
  readonly cause: 'quiet' | 'clock'
  /** What it waits for, in words. */
  readonly reason: string
  /** Nothing has changed so far, and it asks for builds of changes only. */
  readonly onlyIfChanged: boolean
}

export interface RunningScheduler {
  readonly stop: Stop
  /** What it is going to ask for next. */
  planned(): readonly Planned[]
}

/** Builders of the scheduler, by project: one buildset has one source. */
export function buildersByProject(
  names: readonly string[],
  config: Config,
): Map<string, BuilderConfig[]> {
  const byProject = new Map<string, BuilderConfig[]>()
  for (const builder of config.builders) {
    if (!names.includes(builder.name)) continue
    byProject.set(builder.project, [...(byProject.get(builder.project) ?? []), builder])
  }
  return byProject
}

/** Asks for builds of held changes of one project and branch, and releases them in the same transaction. */
export function requestBuildsOfChanges(
  context: SchedulerContext,
  scheduler: SchedulerConfig,
  changes: readonly Change[],
): void {
  const { data } = context
  const newest = changes.at(-1)!
  const builders = buildersByProject(scheduler.builders, context.config()).get(newest.project)
  const ids = changes.map(change => change.id)
  // The builders for which they were held are no longer configured.
  if (!builders) {
    data.releaseChanges(scheduler.name, ids)
    return
  }
  addBuildset(context, scheduler, builders, {
    reason:
      changes.length === 1
        ? `change on ${newest.branch}`
        : `${changes.length} changes on ${newest.branch}`,
    sourcestamp: {
      project: newest.project,
      repository: newest.repository,
      branch: newest.branch,
      revision: newest.revision,
    },
    changes,
    releases: {
      scheduler: scheduler.name,
      release: () => data.releaseChanges(scheduler.name, ids),
    },
  })
}

interface Wish {
  readonly reason: string
  readonly sourcestamp: NewSourceStamp
  readonly changes: readonly Change[]
  readonly properties?: Properties
  readonly releases?: { readonly scheduler: string; release(): void }
}

/** Adds a buildset for builders of one project, as a scheduler asks for it. */
export function addBuildset(
  { data }: SchedulerContext,
  scheduler: Pick<SchedulerConfig, 'name' | 'properties' | 'priority'>,
  builders: readonly BuilderConfig[],
  wish: Wish,
): void {
  const known = builders.flatMap(builder => {
    const row = data.builderByName(builder.name)
    return row ? [{ id: row.id, collapse: builder.collapseRequests }] : []
  })
  if (known.length === 0) return
  data.addBuildset({
    reason: wish.reason,
    scheduler: scheduler.name,
    sourcestamp: wish.sourcestamp,
    changes: wish.changes.map(change => change.id),
    properties: {
      ...from('Scheduler', scheduler.properties as Record<string, PropertyValue>),
      ...wish.properties,
    },
    priority: scheduler.priority,
    builders: known,
    ...(wish.releases && { releases: wish.releases }),
  })
}

/**
 * Calls `work` later. When it fails, which it does while the disk is full, it is
 * tried again.
 */
export function afterwards(
  context: Pick<SchedulerContext, 'clock' | 'log'>,
  delayMs: number,
  work: () => void,
): Stop {
  let stop = context.clock.after(delayMs, () => {
    try {
      work()
    } catch (error) {
      context.log(`a scheduler could not do its work: ${(error as Error).message}`)
      stop = afterwards(context, RETRY_MS, work)
    }
  })
  return () => stop()
}

const RETRY_MS = 1000

/**
 * Shows each change to a scheduler exactly once, also those that came while it
 * could not look: a master killed between recording a change and holding it
 * shows that change at its next start. What `onChange` writes commits with it.
 */
export function followChanges(
  context: SchedulerContext,
  scheduler: string,
  onChange: (change: Change) => void,
): Stop {
  const { data, mq } = context
  let again: Stop = () => {}
  const newest = data.changes({ limit: 1 })[0]?.id ?? 0
  // What says nothing, as a hand at the history can leave it, would never show a change again.
  const seen = Number(data.schedulerState(scheduler, LAST_CHANGE) ?? Number.NaN)
  if (!(seen >= 0 && seen <= newest))
    data.saveSchedulerState(scheduler, LAST_CHANGE, String(newest))
  catchUp()
  const unsubscribe = mq.subscribe('change/new', tryToCatchUp)
  return () => {
    unsubscribe()
    again()
  }

  // A change that can't be held just now is shown again, whether or not another one comes.
  function tryToCatchUp() {
    try {
      catchUp()
    } catch (error) {
      context.log(`a scheduler could not look at a change: ${(error as Error).message}`)
      again()
      again = afterwards(context, RETRY_MS, catchUp)
    }
  }

  // From where it stands, not from the news: what failed the last time is shown again.
  function catchUp() {
    const seen = Number(data.schedulerState(scheduler, LAST_CHANGE)) as Change['id']
    for (const change of data.changesAfter(seen)) take(change)
  }

  function take(change: Change) {
    data.together(() => {
      onChange(change)
      data.saveSchedulerState(scheduler, LAST_CHANGE, String(change.id))
    })
  }
}

const LAST_CHANGE = 'last change'
/** When a scheduler that works by the clock did so last. */
export const LAST_TIME = 'last'

/** What schedulers keep for themselves; it goes when they are no longer configured. */
export const SCHEDULER_KEYS: readonly string[] = [LAST_CHANGE, LAST_TIME]

/** Whether a branch is one of those that globs name. */
export function branchMatcher(globs: readonly string[]): (branch: string) => boolean {
  return nameMatcher(globs)
}
