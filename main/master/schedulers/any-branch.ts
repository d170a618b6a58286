import type { AnyBranchConfig } from '../config/model.ts'
import type { Change, Moment, Stop } from '../model.ts'
import {
  afterwards,
  branchMatcher,
  buildersByProject,
  followChanges,
  type RunningScheduler,
  requestBuildsOfChanges,
  type SchedulerContext,
} from './scheduler.ts'

/**
 * Requests builds of new changes on each branch that it is told of, once that
 * branch has been quiet.
 *
 * Waiting changes are held in the database, not here, so a master that stops
 * mid-wait builds them after its next start.
 */
export function startAnyBranchScheduler(
  context: SchedulerContext,
  config: AnyBranchConfig,
): RunningScheduler {
  const { data, clock, onPlan } = context
  const wanted = branchMatcher(config.branches)
  const timers = new Map<string, Waiting>()

  for (const change of data.heldChanges(config.name)) restartTimer(change)
  const unsubscribe = followChanges(context, config.name, onChange)

  return {
    stop() {
      unsubscribe()
      for (const { stop } of timers.values()) stop()
    },
    planned: () =>
      [...timers.values()].map(({ project, branch, at }) => ({
        scheduler: config.name,
        builders: namesOf(project),
        at,
        cause: 'quiet' as const,
        reason: `${branch} has to be quiet first`,
        onlyIfChanged: false,
      })),
  }

  function onChange(change: Change) {
    if (!wanted(change.branch)) return
    if (!buildersByProject(config.builders, context.config()).has(change.project)) return
    data.holdChange(config.name, change.id)
    restartTimer(change)
  }

  function restartTimer({ project, branch }: Change) {
    const key = `${project}\n${branch}`
    timers.get(key)?.stop()
    const stop = afterwards(context, config.treeStableMs, () => {
      requestBuilds(project, branch)
      timers.delete(key)
      onPlan()
    })
    timers.set(key, { project, branch, at: clock.now() + config.treeStableMs, stop })
    onPlan()
  }

  function namesOf(project: string) {
    const builders = buildersByProject(config.builders, context.config()).get(project) ?? []
    return builders.map(builder => builder.name)
  }

  function requestBuilds(project: string, branch: string) {
    const held = data
      .heldChanges(config.name)
      .filter(change => change.project === project && change.branch === branch)
    if (held.length > 0) requestBuildsOfChanges(context, config, held)
  }
}

/** A branch that is not quiet yet. */
interface Waiting {
  readonly project: string
  readonly branch: string
  readonly at: Moment
  readonly stop: Stop
}
