import type { SchedulerConfig } from '../config/model.ts'
import type { Stop } from '../model.ts'
import { startAnyBranchScheduler } from './any-branch.ts'
import { startNightlyScheduler } from './nightly.ts'
import {
  type Planned,
  type RunningScheduler,
  SCHEDULER_KEYS,
  type SchedulerContext,
} from './scheduler.ts'

export interface Schedulers {
  /** Starts what is new or different, stops what is gone, leaves the rest alone. */
  configure(schedulers: readonly SchedulerConfig[]): void
  /** Forgets where others than these stood: named again one day, they begin anew. */
  forgetOthers(schedulers: readonly SchedulerConfig[]): void
  /** What is going to be asked for without a person, the soonest first. */
  planned(): readonly Planned[]
  /** Tells when that is another. */
  subscribe(listener: () => void): Stop
  stop: Stop
}

export function startSchedulers(options: Omit<SchedulerContext, 'onPlan'>): Schedulers {
  const running = new Map<string, { readonly key: string; readonly scheduler: RunningScheduler }>()
  const listeners = new Set<() => void>()
  const context = { ...options, onPlan: tell }

  return {
    configure(configs) {
      const keys = new Map(configs.map(config => [config.name, JSON.stringify(config)]))
      for (const [name, { key, scheduler }] of running)
        if (keys.get(name) !== key) {
          scheduler.stop()
          running.delete(name)
        }
      for (const config of configs) {
        const key = keys.get(config.name)!
        if (!running.has(config.name))
          running.set(config.name, { key, scheduler: start(context, config) })
      }
      tell()
    },
    forgetOthers(configs) {
      const names = configs.map(config => config.name)
      context.data.forgetSchedulers({ except: names, keys: SCHEDULER_KEYS })
    },
    planned: () =>
      [...running.values()]
        .flatMap(({ scheduler }) => scheduler.planned())
        .sort((a, b) => a.at - b.at),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop() {
      for (const { scheduler } of running.values()) scheduler.stop()
      running.clear()
      listeners.clear()
    },
  }

  function tell() {
    for (const listener of listeners) listener()
  }
}

function start(context: SchedulerContext, config: SchedulerConfig): RunningScheduler {
  switch (config.kind) {
    case 'anyBranch':
      return startAnyBranchScheduler(context, config)
    case 'singleBranch': {
      // One branch is a special case of any; a branch's name is no glob.
      const { branch, ...rest } = config
      const exactly = branch.replace(/[\\*?[\]{}()!+@|]/g, String.raw`\$&`)
      return startAnyBranchScheduler(context, { ...rest, kind: 'anyBranch', branches: [exactly] })
    }
    case 'nightly':
      return startNightlyScheduler(context, config)
    case 'force':
      // It waits for a person, and so has nothing to run.
      return { stop: () => {}, planned: () => [] }
  }
}
