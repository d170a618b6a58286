import { Cron } from 'croner'
import type { NightlyConfig } from '../config/model.ts'
import type { Change, Moment, Stop } from '../model.ts'
import {
  addBuildset,
  afterwards,
  buildersByProject,
  followChanges,
  LAST_TIME,
  type RunningScheduler,
  type SchedulerContext,
} from './scheduler.ts'

// A clock that was so far ahead was wrong; by less it may have been put right a little.
const AHEAD_MS = 10 * 60_000
// Timers stand still while the machine sleeps; the time of day does not.
const LONGEST_WAIT_MS = 60_000

/**
 * Requests builds at the times of a cron pattern. A time that passed while the
 * master was away is made up for once, not once for each time.
 */
export function startNightlyScheduler(
  context: SchedulerContext,
  config: NightlyConfig,
): RunningScheduler {
  const { data, clock, onPlan } = context
  const cron = new Cron(config.cron, { paused: true })
  let cancel: Stop = () => {}
  let at: Moment | null = null
  const unsubscribe = followChanges(context, config.name, onChange)
  if (data.schedulerState(config.name, LAST_TIME) === undefined) remember()
  arm()

  return {
    stop() {
      unsubscribe()
      cancel()
      cron.stop()
    },
    planned: () => (at === null ? [] : plannedBy(at)),
  }

  function plannedBy(at: Moment) {
    const held = data.heldChanges(config.name)
    const base = {
      scheduler: config.name,
      at,
      cause: 'clock' as const,
      reason: `scheduled by ${config.name}`,
    }
    return [...buildersByProject(config.builders, context.config())].map(([project, builders]) => ({
      ...base,
      builders: builders.map(builder => builder.name),
      onlyIfChanged: config.onlyIfChanged && !held.some(change => change.project === project),
    }))
  }

  function onChange(change: Change) {
    // Without a branch, what is built is the repository's own.
    const branch = config.branch ?? data.ownBranch(change.project)
    if (branch !== null && change.branch !== branch) return
    if (!buildersByProject(config.builders, context.config()).has(change.project)) return
    data.holdChange(config.name, change.id)
    onPlan()
  }

  function arm() {
    const last = lastTime()
    const next = cron.nextRun(new Date(last))
    if (at !== (next?.getTime() ?? null)) {
      at = next?.getTime() ?? null
      onPlan()
    }
    // A pattern may name no time that is still to come.
    if (!next) return
    const delayMs = Math.max(0, next.getTime() - clock.now())
    cancel = afterwards(context, Math.min(delayMs, LONGEST_WAIT_MS), () => {
      if (clock.now() >= next.getTime()) requestBuilds()
      arm()
    })
  }

  // Of a time that can't be, as a clock that was ahead or a hand at the history leaves it, nothing follows.
  function lastTime(): Moment {
    const last = Number(data.schedulerState(config.name, LAST_TIME))
    if (last >= 0 && last <= clock.now() + AHEAD_MS) return last
    remember()
    return clock.now()
  }

  function remember() {
    data.saveSchedulerState(config.name, LAST_TIME, String(clock.now()))
  }

  function requestBuilds() {
    data.together(() => {
      remember()
      const held = data.heldChanges(config.name)
      for (const [project, builders] of buildersByProject(config.builders, context.config())) {
        const changes = held.filter(change => change.project === project)
        if (changes.length === 0 && config.onlyIfChanged) continue
        const repository =
          context.config().projects.find(one => one.name === project)?.repository ?? ''
        addBuildset(context, config, builders, {
          reason: `scheduled by ${config.name}`,
          sourcestamp: { project, repository, branch: config.branch, revision: null },
          changes,
        })
      }
      data.releaseChanges(
        config.name,
        held.map(change => change.id),
      )
    })
  }
}
