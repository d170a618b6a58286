import { BISECT_PRIORITY } from '../bisect/priority.ts'
import { alone } from '../boundary.ts'
import type { Clock } from '../clock.ts'
import type { BuilderConfig, Config } from '../config/model.ts'
import type { ArtifactStore } from '../data/artifacts.ts'
import type { RunningBuild } from '../data/builds.ts'
import type { Data } from '../data/data.ts'
import type {
  Build,
  Builder,
  BuilderId,
  BuildId,
  BuildRequest,
  BuildRequestId,
  Properties,
  Slave,
  Stop,
} from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import { CANCELLED, EXCEPTION, RETRY } from '../results.ts'
import { describeShortage, type Room } from '../room.ts'
import { factsOf } from '../slaves/facts.ts'
import { createSession, type Session } from '../slaves/session.ts'
import type { Slaves } from '../slaves/slaves.ts'
import type { TestReader } from '../steps/tests/test-reader.ts'
import { type BuildRun, type BuildRunOptions, namingProperties, runBuild } from './build-run.ts'
import { deathsOf } from './deaths.ts'
import { isAsleep, slavesToWake } from './demand.ts'
import { environmentOf } from './environment.ts'
import type { MarkOf } from './hidden-marks.ts'
import type { Locks } from './locks.ts'
import { buildProperties } from './properties.ts'
import { unmetBy } from './requirements.ts'
import { type Planned, planRetry, readRetryFrom } from './retry-from.ts'
import type { SlaveReason, WaitReason } from './waiting.ts'

const RETRY_MS = 1000
// How often the disk is looked at while builds wait for room.
const ROOM_MS = 5000

interface StartedBuild {
  readonly build: Build
  readonly marker: string
  readonly properties: Properties
  readonly retry: Planned | undefined
}

const jsons = new WeakMap<BuilderConfig, string>()

// The same for every build of a builder that is not configured anew.
function jsonOf(config: BuilderConfig): string {
  let json = jsons.get(config)
  if (json === undefined) jsons.set(config, (json = JSON.stringify(config)))
  return json
}

/** Stands for a slave that is no longer configured. */
function lostSession({ name, info }: Slave): Session {
  const { session } = createSession(
    { info, capabilities: {}, runId: null },
    { nextCommandId: () => '', onTrouble() {} },
  )
  session.close(`${name} is no longer configured`)
  return session
}

export interface DistributorOptions {
  readonly data: Data
  readonly mq: Mq
  readonly clock: Clock
  readonly slaves: Slaves
  readonly locks: Locks
  readonly artifacts: ArtifactStore
  readonly testReader: TestReader
  /** For git on the master's own machine. */
  readonly masterEnv: Readonly<Record<string, string>>
  readonly secret: (name: string) => string | undefined
  readonly loginOf: BuildRunOptions['loginOf']
  /** By what a secret in the environment of a build is known again. */
  readonly markOf: MarkOf
  readonly config: () => Config
  /** Builders that the configuration does not name, as `triphammer run` makes them. */
  readonly transient: ReadonlyMap<string, BuilderConfig>
  /** Whether this builder's requests are built at all. */
  readonly serves: (builder: BuilderId) => boolean
  /** Of the disk that history is on. */
  readonly room: () => Room
  readonly onTrouble: (reason: string) => void
}

export interface Distributor {
  /** Looks at the queue soon; call it when something has changed that nobody announces. */
  poke(): void
  /** Ends a running build. False when it does not run. */
  stopBuild(id: BuildId, why: string): boolean
  /** Ends all builds that run on a slave as RETRY. */
  retrySlave(name: string, why: string): void
  /** How a builder is built now; `undefined` when nothing says so any more. */
  configOf(builder: BuilderId): BuilderConfig | undefined
  /** Why the requests of a builder wait. Whoever asks for many builders lists the slaves once. */
  whyWaiting(builder: BuilderId, slaves?: readonly Slave[]): readonly WaitReason[]
  /** Starts no builds from now on, and says why; `null` starts them again. What runs goes on. */
  hold(reason: string | null): void
  /** Goes on with what a master before this one has begun. Call it before anything is served. */
  carryOn(builds: readonly RunningBuild[]): void
  /** Starts nothing more. What runs ends as RETRY, or with `leave` goes on at slaves that can do without a master. */
  stop(how?: 'leave'): Promise<void>
}

/**
 * Gives waiting requests to free slaves: the builder whose request has waited
 * longest goes first, and a builder has one build at a time on each slave, since
 * its folder there is one.
 */
export function startDistributor(options: DistributorOptions): Distributor {
  const { data, mq, clock, slaves, locks } = options
  const runs = new Map<BuildId, BuildRun>()
  let stopping = false
  let held: string | null = null
  const room = options.room
  let wasShort = false
  let planned: NodeJS.Immediate | undefined
  let cancelRetry: Stop | undefined
  const stops: Stop[] = [
    mq.subscribe('request/changed', request => {
      if (request.claimedAt === null && request.completeAt === null) poke()
    }),
    mq.subscribe('slave/changed', poke),
    mq.subscribe('builder/changed', poke),
    locks.onRelease(poke),
  ]
  poke()

  return {
    poke,
    whyWaiting,
    configOf(id) {
      const builder = data.builder(id)
      return builder && configOf(builder)
    },
    stopBuild(id, why) {
      const run = runs.get(id)
      if (!run || data.build(id)?.completeAt !== null) return false
      run.stop(why)
      return true
    },
    retrySlave(name, why) {
      for (const run of runs.values()) if (run.build.slave === name) run.retry(why)
    },
    hold(reason) {
      held = reason
      // Whoever shows why requests wait looks again.
      for (const slave of data.slaves()) data.announceSlave(slave.name)
      poke()
    },
    carryOn(builds) {
      const begin = builds.map(takeUp)
      for (const one of begin) one()
    },
    async stop(how) {
      stopping = true
      for (const stop of stops) stop()
      if (planned) clearImmediate(planned)
      cancelRetry?.()
      const ending = [...runs.values()].filter(run => {
        if (how !== 'leave' || !slaves.survives(run.build.slave)) return true
        run.leave()
        return false
      })
      for (const run of ending) run.retry('the master stopped')
      await Promise.all(ending.map(run => run.done))
    },
  }

  // Many things that change at once cost one look.
  function poke() {
    if (!stopping) planned ??= setImmediate(distribute)
  }

  function distribute() {
    planned = undefined
    if (stopping) return
    try {
      serveAll()
    } catch (error) {
      // The disk may be full. What waits goes on waiting.
      options.onTrouble(`the queue could not be served: ${(error as Error).message}`)
      cancelRetry?.()
      cancelRetry = clock.after(RETRY_MS, poke)
    }
  }

  function serveAll() {
    if (held !== null || waitsForRoom()) return
    const all = data.slaves()
    const ready = new Map(
      all.flatMap(slave => (whyNotFree(slave) === undefined ? [[slave.name, slave]] : [])),
    )
    if (ready.size > 0) {
      const waiting = waitingBuilders()
      for (const { builder } of waiting) serve(builder, ready, BISECT_PRIORITY)
      // Of any builder, what is bisected comes after all else.
      for (const { builder, leastPriority } of waiting)
        if (leastPriority <= BISECT_PRIORITY) serve(builder, ready, null)
    }
    wakeSlaves(all)
  }

  // What is still waiting may have a slave started.
  function wakeSlaves(all: readonly Slave[]) {
    if (!all.some(isAsleep)) return
    const unserved = waitingBuilders().flatMap(({ builder, count }) => {
      const config = configOf(builder)
      return config ? [{ builder: config, count }] : []
    })
    const suits = (config: BuilderConfig, slave: Slave) =>
      (slave.state === 'starting' || slaves.canWake(slave.name)) &&
      data.nextRequest(data.builderByName(config.name)!.id, { slave: slave.name }) !== undefined &&
      lacking(config, slave).length === 0 &&
      !locks.blocking(config.locks, slave.name)
    for (const name of slavesToWake(unserved, all, suits)) slaves.wake(name)
  }

  // Builds that begin on a full disk end in exceptions, and take the room that history needs to say so.
  function waitsForRoom(): boolean {
    const { short } = room()
    if (short !== wasShort) {
      wasShort = short
      if (short) options.onTrouble(describeShortage(room()))
      for (const { name } of data.slaves()) data.announceSlave(name)
    }
    if (short) {
      cancelRetry?.()
      cancelRetry = clock.after(ROOM_MS, poke)
    }
    return short
  }

  function waitingBuilders() {
    return data
      .countWaiting()
      .filter(({ builderId }) => options.serves(builderId))
      .sort((a, b) => a.oldestAt - b.oldestAt)
      .flatMap(({ builderId, count, leastPriority }) => {
        const builder = data.builder(builderId)
        return builder ? [{ builder, count, leastPriority }] : []
      })
  }

  // Starts as many builds of one builder as there are requests of more than a priority, and slaves for them.
  function serve(builder: Builder, ready: Map<string, Slave>, above: number | null) {
    const config = configOf(builder)
    if (!config) return
    for (const slave of candidates(config, builder, ready)) {
      const request = data.nextRequest(builder.id, { slave: slave.name, above })
      // What waits may be bound to another slave.
      if (!request) continue
      if (isSuspect(request.id) && runningOn(slave.name).length > 0) {
        // Nothing more begins there, or it would wait for ever.
        ready.delete(slave.name)
        return
      }
      const holder = { label: builder.name }
      const release = locks.tryTake(config.locks, slave.name, holder)
      if (!release) continue
      const session = slaves.session(slave.name)!
      const started = startInHistory(request, config, slave, session, release)
      if (!started) continue
      holder.label = `${builder.name} #${started.build.number}`
      watch(runBuild({ ...options, ...started, request, builder: config, slave, session }), release)
      data.announceSlave(slave.name)
      if (runningOn(slave.name).length >= slave.maxBuilds || isSuspect(request.id))
        ready.delete(slave.name)
    }
  }

  /** Whether a slave died while it was built. */
  function isSuspect(request: BuildRequestId): boolean {
    return deathsOf(data.buildsOfRequest(request)) > 0
  }

  function watch(run: BuildRun, release: Stop) {
    const { id, slave } = run.build
    runs.set(id, run)
    const over = run.done.then(ended => {
      runs.delete(id)
      release()
      data.eventually(() => judge(ended))
      data.announceSlave(slave)
      poke()
    })
    alone(over, error => options.onTrouble(`after build ${id}: ${(error as Error).message}`))
  }

  // Its locks are taken first of all: nobody else has been served yet, so they are free.
  function takeUp({ buildId, marker, builder, stepLocks, ending }: RunningBuild) {
    const build = data.build(buildId)!
    const request = data.request(build.requestId)!
    const slave = data.slave(build.slave)!
    const session = slaves.session(slave.name) ?? lostSession(slave)
    const config = builder as BuilderConfig
    const holder = { label: `${config.name} #${build.number}` }
    const release = locks.tryTake(config.locks, slave.name, holder) ?? (() => {})
    const carried = {
      steps: data.stepsOfBuild(buildId),
      ending,
      stepLocks: stepLocks.length > 0 ? locks.tryTake(stepLocks, slave.name, holder) : undefined,
    }
    const properties = data.propertiesOfBuild(buildId)
    const retry = retryOf(build, config, data.propertiesOfBuildset(request.buildsetId))
    return () =>
      watch(
        runBuild({
          ...options,
          ...{
            build,
            marker,
            properties,
            retry,
            request,
            builder: config,
            slave,
            session,
            carried,
          },
        }),
        release,
      )
  }

  function startInHistory(
    request: BuildRequest,
    config: BuilderConfig,
    slave: Slave,
    session: Session,
    release: Stop,
  ): StartedBuild | undefined {
    let started: ReturnType<typeof startInHistory>
    try {
      const fromBuildset = data.propertiesOfBuildset(request.buildsetId)
      const before = buildProperties(request, config, slave, fromBuildset)
      const environment = environmentOf({ ...options, builder: config, slave })
      started = data.together(() => {
        const marker = crypto.randomUUID()
        // One that goes with its master can't be met again by the next, however this one ends.
        const slaveRun = slaves.survives(slave.name) ? session.runId : null
        const carried = { marker, slaveRun, builderJson: jsonOf(config) }
        const build = data.startBuild(request.id, slave.id, before, carried, environment)
        if (!build) return undefined
        const retry = retryOf(build, config, fromBuildset)
        const found = Object.entries(retry && 'properties' in retry ? retry.properties : {})
        const more = {
          // A step may be called like what gives every build its properties: "Build".
          ...Object.fromEntries(found.filter(([name]) => !Object.hasOwn(before, name))),
          ...namingProperties(build),
        }
        data.setProperties(build.id, more)
        return { build, marker, properties: { ...before, ...more }, retry }
      })
    } finally {
      if (!started) release()
    }
    return started
  }

  // History alone says it, so a master that goes on with the build comes to the same.
  function retryOf(build: Build, config: BuilderConfig, fromBuildset: Properties) {
    const retry = readRetryFrom(fromBuildset)
    if (!retry) return undefined
    const of = data.buildByNumber(build.builderId, retry.build)
    return planRetry(data, config, of, retry.step, build)
  }

  // The least busy first; of those, the one that built this builder last: it has the sources.
  function candidates(config: BuilderConfig, builder: Builder, ready: ReadonlyMap<string, Slave>) {
    const fitting = config.slaves.flatMap(name => ready.get(name) ?? [])
    const idle = fitting.filter(
      slave =>
        !runningOn(slave.name).some(one => one.builderId === builder.id) &&
        unmet(config, slave).length === 0,
    )
    if (idle.length < 2) return idle
    const last = data.lastFinishedBuilds(builder.id, 1)[0]?.slave
    return idle.sort(
      (a, b) =>
        runningOn(a.name).length - runningOn(b.name).length ||
        Number(b.name === last) - Number(a.name === last),
    )
  }

  // A slave on which builds break is given none for a while; one good build clears its name.
  function judge({ slave, results, stateString, requestId }: Build) {
    // What kills its slaves says nothing of them.
    if (isSuspect(requestId)) return
    if (results === EXCEPTION) data.quarantineSlave(slave, stateString)
    else if (results !== RETRY && results !== CANCELLED) data.endQuarantine(slave)
  }

  function runningOn(slave: string): Build[] {
    return [...runs.values()].flatMap(run => (run.build.slave === slave ? [run.build] : []))
  }

  function configOf(builder: Builder): BuilderConfig | undefined {
    return (
      options.config().builders.find(one => one.name === builder.name) ??
      options.transient.get(builder.name)
    )
  }

  function whyNotFree(slave: Slave): SlaveReason | undefined {
    const { name, paused, quarantine } = slave
    if (!slave.active) return { kind: 'gone', slave: name }
    if (slave.state === 'lost') return { kind: 'link-lost', slave: name, since: slave.since }
    // Why it takes none says more than that it is away, which may follow from it.
    if (slave.draining) return { kind: 'draining', slave: name }
    if (paused) {
      const { by, reason, until } = paused
      return { kind: 'paused', slave: name, by, reason, until }
    }
    if (slave.state !== 'online' || !slaves.session(name))
      return { kind: 'away', slave: name, state: slave.state, reason: slave.reason }
    if (quarantine) return { kind: 'quarantine', slave: name, ...quarantine }
    const builds = runningOn(name)
    const alone = builds.find(one => isSuspect(one.requestId))
    if (alone) {
      const builder = data.builder(alone.builderId)?.name
      return { kind: 'alone', slave: name, build: `${builder} #${alone.number}` }
    }
    const running = builds.length
    const { maxBuilds } = slave
    return running >= maxBuilds ? { kind: 'busy', slave: name, running, maxBuilds } : undefined
  }

  // One that never attached has told nothing yet.
  function lacking(config: BuilderConfig, slave: Slave) {
    return Object.keys(slave.info).length === 0 ? [] : unmet(config, slave)
  }

  function unmet(config: BuilderConfig, slave: Slave) {
    if (config.requires.length === 0) return []
    return unmetBy(config.requires, factsOf(slave.info, data.slaveVitals(slave.name).at(-1)))
  }

  function whyWaiting(id: BuilderId, all?: readonly Slave[]): readonly WaitReason[] {
    const builder = data.builder(id)
    const config = builder && configOf(builder)
    if (!config) return [{ kind: 'builder-gone' }]
    if (held !== null) return [{ kind: 'held', reason: held }]
    if (room().short) return [{ kind: 'held', reason: describeShortage(room()) }]
    if (config.slaves.length === 0)
      return [
        config.slaveTags.length === 0
          ? { kind: 'no-slave' }
          : { kind: 'no-tag', tags: config.slaveTags },
      ]
    const listed = all ?? data.slaves()
    const reasons = (data.boundTo(id) ?? config.slaves).map(name =>
      config.slaves.includes(name)
        ? whyNotOn(
            name,
            listed.find(one => one.name === name),
            id,
            config,
          )
        : { kind: 'gone' as const, slave: name },
    )
    return reasons.every(one => one !== undefined) ? reasons : [{ kind: 'starts-now' }]
  }

  function whyNotOn(
    name: string,
    slave: Slave | undefined,
    id: BuilderId,
    config: BuilderConfig,
  ): SlaveReason | undefined {
    if (!slave) return { kind: 'unknown', slave: name }
    const without = lacking(config, slave)
    if (without.length > 0) return { kind: 'unfit', slave: name, unmet: without }
    const notFree = whyNotFree(slave)
    if (notFree) return notFree
    const own = runningOn(name).find(one => one.builderId === id)
    if (own) return { kind: 'same-builder', slave: name, build: own.number }
    const next = data.nextRequest(id, { slave: name })
    if (next && isSuspect(next.id) && runningOn(name).length > 0)
      return { kind: 'alone', slave: name, build: null }
    const blocked = locks.blocking(config.locks, name)
    return blocked && { kind: 'lock', slave: name, ...blocked }
  }
}
