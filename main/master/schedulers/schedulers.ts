import type { SchedulerConfig } from '../config/model.ts'
import type { Stop } from '../model.ts'
import { startAnyBranchScheduler } from './any-branch.ts'
import { startNightlyScheduler } from './nightly.ts'
import { SCHEDULER_KEYS, type SchedulerContext } from './scheduler.ts'

export interface Schedulers {
  /** Starts what is new or different, stops what is gone, leaves the rest alone. */
  configure(schedulers: readonly SchedulerConfig[]): void
  /** Forgets where others than these stood: named again one day, they begin anew. */
  forgetOthers(schedulers: readonly SchedulerConfig[]): void
  stop: Stop
}

export function startSchedulers(context: SchedulerContext): Schedulers {
  const running = new Map<string, { readonly key: string; readonly stop: Stop }>()

  return {
    configure(configs) {
      const keys = new Map(configs.map(config => [config.name, JSON.stringify(config)]))
      for (const [name, { key, stop }] of running)
        if (keys.get(name) !== key) {
          stop()
          running.delete(name)
        }
      for (const config of configs)
        if (!running.has(config.name))
          running.set(config.name, { key: keys.get(config.name)!, stop: start(context, config) })
    },
    forgetOthers(configs) {
      const names = configs.map(config => config.name)
      context.data.forgetSchedulers({ except: names, keys: SCHEDULER_KEYS })
    },
    stop() {
      for (const { stop } of running.values()) stop()
      running.clear()
    },
  }
}

function start(context: SchedulerContext, config: SchedulerConfig): Stop {
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
      return () => {}
  }
}
