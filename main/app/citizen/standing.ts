import type { Master } from '../../master/master.ts'
import type { Build, BuilderId, Stop } from '../../master/model.ts'
import { hasPassed, isBad, RETRY_SCHEDULER, type Result, worst } from '../../master/results.ts'
import { tells } from '../../master/standing.ts'

/** How the desk stands, as far as a tray, a dock or a badge can tell it. */
export interface DeskStanding {
  /** The worst of the builders' last results; `null` before the first build. */
  readonly worst: Result | null
  /** Builders that are red, by name, each with its last build. */
  readonly red: readonly { readonly name: string; readonly build: Build }[]
  readonly running: readonly { readonly name: string; readonly build: Build }[]
  readonly waiting: number
  /** How far what runs is, from 0 to 1; `null` when nothing runs or nobody can tell. */
  readonly share: number | null
}

export interface StandingWatch {
  now(): DeskStanding
  stop: Stop
}

/** A build has ended: with the one before it that told something. */
export interface Ended {
  readonly name: string
  readonly build: Build
  readonly before: Build | null
}

const SETTLED_MS = 300

/** Keeps the standing up to date by the master's news, and hears of each end that tells something. */
export function watchStanding(
  { data, mq, clock }: Pick<Master, 'data' | 'mq' | 'clock'>,
  onChange: (standing: DeskStanding) => void,
  onEnd: (ended: Ended) => void,
): StandingWatch {
  const last = new Map<BuilderId, Build>()
  const lengths = new Map<BuilderId, number | null>()
  const since = clock.now()
  let planned: Stop | undefined
  for (const builder of data.builders()) {
    const build = data.lastTellingBuild(builder.id)
    if (build) last.set(builder.id, build)
  }
  const stops = [
    mq.subscribe('build/changed', build => {
      if (build.completeAt !== null) end(build)
      later()
    }),
    mq.subscribe('builder/changed', later),
    mq.subscribe('request/changed', later),
  ]

  return {
    now,
    stop() {
      planned?.()
      for (const stop of stops) stop()
    },
  }

  function end(build: Build) {
    lengths.delete(build.builderId)
    if (!tells(build)) return
    const before = last.get(build.builderId) ?? null
    // Of two that ended at once the later number tells; of what changes after its end nothing is new.
    if (before && before.number >= build.number) return
    last.set(build.builderId, build)
    // What another CI did before we looked there is no news.
    if (build.completeAt! < since) return
    const builder = data.builder(build.builderId)
    if (builder) onEnd({ name: builder.name, build, before })
  }

  function later() {
    planned ??= clock.after(SETTLED_MS, () => {
      planned = undefined
      onChange(now())
    })
  }

  function now(): DeskStanding {
    const active = new Map(
      data.builders().flatMap(one => (one.active ? [[one.id, one.name] as const] : [])),
    )
    const told = [...last].flatMap(([id, build]) =>
      active.has(id) ? [{ name: active.get(id)!, build }] : [],
    )
    const running = data
      .runningBuilds()
      .map(build => ({ name: data.builder(build.builderId)?.name ?? '', build }))
    return {
      worst: told
        .map(({ build }) => build.results!)
        .reduce<Result | null>((sum, one) => (sum === null ? one : worst(sum, one)), null),
      red: told.filter(({ build }) => isBad(build.results)),
      running,
      waiting: data.countWaiting().reduce((sum, one) => sum + one.count, 0),
      share: shareOf(running.map(({ build }) => build)),
    }
  }

  // Of all that runs together, by how long it took before.
  function shareOf(running: readonly Build[]): number | null {
    let done = 0
    let all = 0
    for (const build of running) {
      const expected = expectedMs(build.builderId)
      if (expected === null) continue
      all += expected
      done += Math.min(expected * 0.95, clock.now() - build.startedAt)
    }
    return all === 0 ? null : done / all
  }

  function expectedMs(id: BuilderId): number | null {
    let expected = lengths.get(id)
    if (expected === undefined) {
      const good = data
        .lastFinishedBuilds(id, 11)
        .filter(build => hasPassed(build.results) && build.scheduler !== RETRY_SCHEDULER)
      const sorted = good.map(one => one.completeAt! - one.startedAt).sort((a, b) => a - b)
      expected = sorted[Math.floor(sorted.length / 2)] ?? null
      lengths.set(id, expected)
    }
    return expected
  }
}
