import { Cron } from 'croner'
import type { NightlyConfig } from '../config/model.ts'
import type { Change, Stop } from '../model.ts'
import {
  addBuildset,
  buildersByProject,
  followChanges,
  type SchedulerContext,
} from './scheduler.ts'

/**
 * Requests builds at the times of a cron pattern. A time that passed while the
 * master was away is made up for once, not once for each time.
 */
export function startNightlyScheduler(context: SchedulerContext, config: NightlyConfig): Stop {
  const { data, clock } = context
  const cron = new Cron(config.cron, { paused: true })
  let cancel: Stop = () => {}
  const unsubscribe = followChanges(context, config.name, onChange)
  if (data.schedulerState(config.name, 'last') === undefined) remember()
  arm()

  return () => {
    unsubscribe()
    cancel()
    cron.stop()
  }

  function onChange(change: Change) {
    if (config.branch !== null && change.branch !== config.branch) return
    if (buildersByProject(config.builders, context.config()).has(change.project))
      data.holdChange(config.name, change.id)
  }

  function arm() {
    const last = Number(data.schedulerState(config.name, 'last'))
    const next = cron.nextRun(new Date(last))
    // A pattern may name no time that is still to come.
    if (!next) return
    cancel = clock.after(Math.max(0, next.getTime() - clock.now()), () => {
      requestBuilds()
      arm()
    })
  }

  function remember() {
    data.saveSchedulerState(config.name, 'last', String(clock.now()))
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
