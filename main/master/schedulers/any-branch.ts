import type { AnyBranchConfig } from '../config/model.ts'
import type { Change, Stop } from '../model.ts'
import {
  afterwards,
  branchMatcher,
  buildersByProject,
  followChanges,
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
export function startAnyBranchScheduler(context: SchedulerContext, config: AnyBranchConfig): Stop {
  const { data } = context
  const wanted = branchMatcher(config.branches)
  const timers = new Map<string, Stop>()

  for (const change of data.heldChanges(config.name)) restartTimer(change)
  const unsubscribe = followChanges(context, config.name, onChange)

  return () => {
    unsubscribe()
    for (const stop of timers.values()) stop()
  }

  function onChange(change: Change) {
    if (!wanted(change.branch)) return
    if (!buildersByProject(config.builders, context.config()).has(change.project)) return
    data.holdChange(config.name, change.id)
    restartTimer(change)
  }

  function restartTimer({ project, branch }: Change) {
    const key = `${project}\n${branch}`
    timers.get(key)?.()
    const stop = afterwards(context, config.treeStableMs, () => {
      requestBuilds(project, branch)
      timers.delete(key)
    })
    timers.set(key, stop)
  }

  function requestBuilds(project: string, branch: string) {
    const held = data
      .heldChanges(config.name)
      .filter(change => change.project === project && change.branch === branch)
    if (held.length > 0) requestBuildsOfChanges(context, config, held)
  }
}
