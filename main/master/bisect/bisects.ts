import { z } from 'zod'
import type { BisectEnd, BisectRecord } from '../data/bisects.ts'
import { BISECT_PROPERTY } from '../data/bisects.ts'
import type { Data } from '../data/data.ts'
import type { Build, BuilderId, BuildRequestId, Change, Properties, Stop } from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import { askedFor, from } from '../process/properties.ts'
import {
  BISECT_SCHEDULER,
  CANCELLED,
  EXCEPTION,
  FAILURE,
  type Result,
  SKIPPED,
  SUCCESS,
  WARNINGS,
} from '../results.ts'
import { BISECT_PRIORITY } from './priority.ts'
import { type Probe, type Suspects, search, suspects, type Verdict } from './search.ts'

export interface Bisects {
  /** Why a build can't be bisected, in a sentence; `null` when it can. */
  whyNot(build: Build): string | null
  /**
   * Looks for the first bad change. Call it only when nothing speaks against that.
   *
   * @returns The first request; `null` when what was built before tells it already.
   */
  start(build: Build): BuildRequestId | null
  /** How the bisect of a bad build stands; `null` when there was none. */
  of(build: Build): BisectState | null
  /** Ends the bisect of a builder; its build that waits or runs is ended. False when none goes on. */
  stop(builder: BuilderId, why: string): boolean
  /** Asks for no more builds. What goes on does so with the next master. */
  end: Stop
}

/** How a search for the first bad change stands. */
export interface BisectState {
  readonly good: number
  readonly bad: number
  readonly running: boolean
  /** The changes that may be it, oldest first; one when it is found. */
  readonly suspects: readonly Change[]
  /** Builds that were made for it. */
  readonly builds: number
  readonly words: string
}

export interface BisectsOptions {
  readonly data: Data
  readonly mq: Mq
  readonly stopBuild: (id: Build['id'], why: string) => boolean
  /** Whether builds are asked for at all. */
  readonly live: boolean
  readonly log: (text: string) => void
}

/** What is searched: between a good and a bad build of one builder. */
interface Search {
  readonly builderId: BuilderId
  readonly record: BisectRecord
  readonly bad: Build
  /** Oldest first; the last is that of the bad build. */
  readonly changes: readonly Change[]
}

/**
 * Finds the first bad change by building those between a good build and a bad one. What is to be built next
 * follows from history alone, so a bisect goes on after whatever became of the master.
 */
export function startBisects(options: BisectsOptions): Bisects {
  const { data, mq, log } = options
  const unsubscribe = options.live
    ? mq.subscribe('request/changed', request => {
        if (request.completeAt !== null && request.scheduler === BISECT_SCHEDULER)
          advanceAll(request.builderId)
      })
    : () => {}
  if (options.live) advanceAll()
  // What could not be asked for while another program held the history.
  const stopListening = options.live ? data.onWritable(() => advanceAll()) : () => {}

  return {
    end() {
      unsubscribe()
      stopListening()
    },
    whyNot(build) {
      const range = rangeOf(build)
      return 'problem' in range ? range.problem : null
    },
    start(build) {
      const range = rangeOf(build)
      if ('problem' in range) throw new Error(range.problem)
      const { builderId } = build
      return data.together(() => {
        const since = ((data.requests(1)[0]?.id ?? 0) + 1) as BuildRequestId
        const record = { good: range.good.number, bad: build.number, since, ended: null }
        const search = { builderId, bad: build, changes: range.changes, record }
        // Found once, and nothing was built since that says otherwise: it stays as it was told.
        const before = data.bisect(builderId, build.number)?.ended
        if (before?.kind === 'found' && verdictOf(search).kind === 'found') return null
        data.saveBisect(builderId, record)
        return ask(search) ?? null
      })
    },
    of(build) {
      const record = data.bisect(build.builderId, build.number)
      const search = record && searchOf(build.builderId, record)
      return search ? stateOf(search) : null
    },
    stop(builderId, why) {
      const record = runningOf(builderId)
      if (!record) return false
      data.saveBisect(builderId, { ...record, ended: { kind: 'stopped', why } })
      for (const { id, results } of data.requestsOfBisect(builderId, record)) {
        if (results !== null || data.cancelRequest(id)) continue
        const running = data.buildsOfRequest(id).at(-1)
        if (running) options.stopBuild(running.id, why)
      }
      return true
    },
  }

  function advanceAll(builder?: BuilderId) {
    for (const { builderId, record } of data.bisects()) {
      if (record.ended || (builder !== undefined && builderId !== builder)) continue
      try {
        const search = searchOf(builderId, record)
        if (search) advance(search)
      } catch (error) {
        // The disk may be full. The next end, or the next start, looks again.
        log(`the bisect of build ${record.bad} could not go on: ${(error as Error).message}`)
      }
    }
  }

  function advance(search: Search) {
    const requests = data.requestsOfBisect(search.builderId, search.record)
    if (requests.some(one => one.results === null)) return
    if (requests.some(one => one.results === CANCELLED)) {
      const ended = { kind: 'stopped', why: 'with a build of it' } as const
      data.saveBisect(search.builderId, { ...search.record, ended })
    } else data.together(() => ask(search))
  }

  // Asks for the next build, or says what was found. Call it within an update.
  function ask(one: Search): BuildRequestId | undefined {
    const { builderId, record, bad, changes } = one
    const probes = probesOf(one)
    const verdict = search(changes.length, probes)
    if (verdict.kind === 'build')
      return request(one, changes[verdict.index]!, suspects(changes.length, probes))
    const builds = data.requestsOfBisect(builderId, record).length
    const ended: BisectEnd =
      verdict.kind === 'found'
        ? { kind: 'found', change: changes[verdict.first]!.id, builds }
        : {
            kind: 'within',
            first: changes[verdict.first]!.id,
            last: changes[verdict.last]!.id,
            changes: verdict.last - verdict.first + 1,
            builds,
          }
    data.saveBisect(builderId, { ...record, ended })
    const { words } = stateOf({ ...one, record: { ...record, ended } })
    data.addEvent('bisect-ended', `${data.builder(builderId)?.name} #${bad.number}`, words)
    return undefined
  }

  function request(
    { builderId, record, bad }: Search,
    change: Change,
    left: Suspects,
  ): BuildRequestId {
    const before = data.request(bad.requestId)!
    const { project, repository, branch } = before.sourcestamp
    const { requests } = data.addBuildset({
      reason: `bisect of #${bad.number}: ${left.last - left.first + 1} changes left`,
      scheduler: BISECT_SCHEDULER,
      sourcestamp: { project, repository, branch, revision: change.revision },
      changes: [change.id],
      properties: {
        ...askedFor(data.propertiesOfBuildset(before.buildsetId)),
        ...from(BISECT_PROPERTY.source, {
          [BISECT_PROPERTY.name]: { good: record.good, bad: record.bad },
        }),
      },
      priority: BISECT_PRIORITY,
      builders: [{ id: builderId, collapse: false }],
    })
    return requests[0]!.id
  }

  function probesOf({ builderId, record, changes }: Search): Probe[] {
    const indexes = new Map(changes.map((change, index) => [change.revision, index]))
    const own = new Set(data.requestsOfBisect(builderId, record).map(one => one.id))
    return data.attemptsAfter(builderId, record.good).flatMap(attempt => {
      const index = attempt.revision === null ? undefined : indexes.get(attempt.revision)
      if (index === undefined) return []
      const told = toldBy(attempt)
      // What broke before was not asked for by us: we try for ourselves.
      return told === null || (told === 'untold' && !own.has(attempt.requestId))
        ? []
        : [{ index, told }]
    })
  }

  function toldBy({ buildId, results }: Pick<Build, 'results'> & { buildId: Build['id'] }) {
    switch (results) {
      case SUCCESS:
      case WARNINGS:
        return 'good'
      case FAILURE:
        return failedToCheckOut(buildId) ? 'untold' : 'bad'
      case EXCEPTION:
      case SKIPPED:
        return 'untold'
      default:
        return null
    }
  }

  function failedToCheckOut(id: Build['id']): boolean {
    return data.stepsOfBuild(id).find(step => step.results === FAILURE)?.kind === 'git'
  }

  // One at a time: another would only wait for it.
  function runningOf(builderId: BuilderId): BisectRecord | undefined {
    return data
      .bisects()
      .find(
        one => one.builderId === builderId && !one.record.ended && searchOf(builderId, one.record),
      )?.record
  }

  function verdictOf(one: Search): Verdict {
    return search(one.changes.length, probesOf(one))
  }

  function searchOf(builderId: BuilderId, record: BisectRecord): Search | undefined {
    const bad = data.buildByNumber(builderId, record.bad)
    const good = data.buildByNumber(builderId, record.good)
    const [before, upTo] = [good && data.changeBuilt(good), bad && data.changeBuilt(bad)]
    if (!bad || !before || !upTo) return undefined
    const changes = data.changesOfBranch(before.id, upTo)
    return changes.length > 0 ? { builderId, record, bad, changes } : undefined
  }

  function rangeOf(
    build: Build,
  ): { readonly good: Build; readonly changes: readonly Change[] } | { readonly problem: string } {
    const { number, builderId, branch, results } = build
    const name = data.builder(builderId)?.name
    const refuse = (problem: string) => ({ problem })
    if (results !== FAILURE) return refuse(`#${number} did not fail`)
    if (build.scheduler === BISECT_SCHEDULER)
      return refuse(`#${number} is itself a build of a bisect`)
    if (failedToCheckOut(build.id))
      return refuse(`#${number} failed at its sources, which no change tells anything of`)
    if (branch === null) return refuse(`#${number} is not of a branch`)
    const upTo = data.changeBuilt(build)
    if (!upTo) return refuse(`the change that #${number} built is not in the history`)
    const green = data.lastGreenBefore(build, upTo)
    if (!green)
      return refuse(
        `no build of ${name} before #${number} was good with an earlier change of ${branch}`,
      )
    const changes = data.changesOfBranch(green.changeId, upTo)
    if (changes.some(change => change.category === 'reset'))
      return refuse(
        `branch ${branch} was reset between #${green.build.number} and #${number}, so its changes are not in a row`,
      )
    if (changes.length === 1)
      return refuse(
        `the only change between #${green.build.number} and #${number} is ${nameOf(changes[0]!)}, so that one broke it`,
      )
    const other = runningOf(builderId)
    if (other) return refuse(`${name} is bisected already, for #${other.bad}`)
    return { good: green.build, changes }
  }

  function stateOf(one: Search): BisectState {
    const { record, changes, builderId } = one
    const { good, bad, ended } = record
    const left = ended ? rangeOfEnd(ended, changes) : null
    const range = left ?? suspects(changes.length, probesOf(one))
    const own = changes.slice(range.first, range.last + 1)
    const builds =
      ended && ended.kind !== 'stopped'
        ? ended.builds
        : data.requestsOfBisect(builderId, record).filter(isTold).length
    return {
      good,
      bad,
      running: ended === null,
      suspects: own,
      builds,
      words: wordsOf(record, own, builds),
    }
  }
}

const VALUE = z.object({ bad: z.int() })

/** The number of the bad build for which a build was made; `null` for one of no bisect. */
export function readBisectOf(properties: Properties): number | null {
  const own = properties[BISECT_PROPERTY.name]
  // Whoever forces a build may call a property so, too.
  if (own?.source !== BISECT_PROPERTY.source) return null
  const read = VALUE.safeParse(own.value)
  return read.success ? read.data.bad : null
}

function isTold({ results }: { readonly results: Result | null }): boolean {
  return results !== null && results !== CANCELLED
}

// What was found stays, whatever is built later.
function rangeOfEnd(ended: BisectEnd, changes: readonly Change[]): Suspects | null {
  if (ended.kind === 'stopped') return null
  const ids = ended.kind === 'found' ? [ended.change] : [ended.first, ended.last]
  const [first, last = first] = ids.map(id => changes.findIndex(change => change.id === id))
  return first! >= 0 && last! >= first! ? { first: first!, last: last! } : null
}

function wordsOf({ ended }: BisectRecord, left: readonly Change[], builds: number): string {
  const after = builds === 0 ? '' : `, after ${builds === 1 ? 'one build' : `${builds} builds`}`
  const [first, last] = [left[0]!, left.at(-1)!]
  const some = `${left.length} changes`
  switch (ended?.kind) {
    case 'found':
      return `first bad is ${nameOf(first)}${after}`
    case 'within':
      return `first bad is one of ${some}, ${nameOf(first)} to ${nameOf(last)}${after}; those before the last can't be tested`
    case 'stopped':
      return `stopped ${ended.why}${after}, with ${some} left`
    default:
      return `${some} left${after}`
  }
}

function nameOf({ revision, who }: Change): string {
  return `${revision.slice(0, 7)} by ${who.replace(/\s*<[^>]*>$/, '')}`
}
