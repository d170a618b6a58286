import type {
  Build,
  Builder,
  BuildId,
  BuildRequest,
  Change,
  ConfigStatus,
  LogId,
  MasterEvent,
  Project,
  Queue,
  Schedule,
  SequencedNews,
  Slave,
  Step,
  UpdateStatus,
} from '../bridge.ts'
import { standingIn } from './builds-of.ts'

/** What the window knows of the master, kept up to date by its news. */
export interface Desk {
  /** Undefined until the first snapshot is here. */
  readonly ready: boolean
  readonly connected: boolean
  /** The master does not know this browser: what was wrong with its link, or nothing. `null` while it does. */
  readonly signedOut: { readonly problem: string | null } | null
  /** Why the first snapshot could not be had. */
  readonly refused: string | null
  readonly title: string
  readonly version: string
  readonly startedAt: number
  readonly dataDir: string
  readonly freeBytes: number | null
  /** The master's clock less ours, in ms. */
  readonly clockOffset: number
  readonly builders: readonly Builder[]
  readonly projects: readonly Project[]
  readonly slaves: readonly Slave[]
  readonly builds: ReadonlyMap<BuildId, Build>
  readonly steps: ReadonlyMap<BuildId, readonly Step[]>
  readonly requests: readonly BuildRequest[]
  /** Newest first. */
  readonly changes: readonly Change[]
  /** Newest first. */
  readonly events: readonly MasterEvent[]
  readonly queue: Queue
  readonly schedule: Schedule
  readonly config: ConfigStatus
  readonly updates: UpdateStatus
  /** How long logs are that were seen to grow. */
  readonly logSizes: ReadonlyMap<LogId, { readonly lineCount: number; readonly byteCount: number }>
  /** From here on `builds` holds all that began; of before, only the last ones of each builder. */
  readonly wholeFrom: number
}

/** What is known before the first snapshot. */
export const NOTHING: Desk = {
  ready: false,
  connected: true,
  signedOut: null,
  refused: null,
  title: 'Triphammer',
  version: '',
  startedAt: 0,
  dataDir: '',
  freeBytes: null,
  clockOffset: 0,
  builders: [],
  projects: [],
  slaves: [],
  builds: new Map(),
  steps: new Map(),
  requests: [],
  changes: [],
  events: [],
  queue: [],
  schedule: [],
  config: { file: '', good: true, hasBefore: false, loadedAt: 0, problems: [], notices: [] },
  updates: {
    version: '',
    checkedAt: null,
    settings: { check: false, channel: 'latest', apply: 'ask' },
    phase: { kind: 'current' },
    outcome: null,
  },
  logSizes: new Map(),
  wholeFrom: 0,
}

/** So many changes and events are known, the newest. */
const MOST_CHANGES = 1000
// A window stays open for months: when it holds twice as many, the oldest go.
const KEPT_BUILDS = 2000
const KEPT_LOGS = 2000
/** As many of each builder as its head shows. */
const KEPT_OF_EACH = 20

type Draft = { -readonly [K in keyof Desk]: Desk[K] }

/** A desk after news, in their order. Whatever they do not tell of is the very same as before. */
export function foldNews(desk: Desk, news: readonly SequencedNews[]): Desk {
  const draft: Draft = { ...desk }
  // Each of these is copied for the first of the news that touches it, and not for each of them.
  let builds: Map<BuildId, Build> | undefined
  let steps: Map<BuildId, readonly Step[]> | undefined
  let logSizes: Map<LogId, { lineCount: number; byteCount: number }> | undefined
  for (const one of news)
    switch (one.topic) {
      case 'build/changed':
        builds ??= new Map(desk.builds)
        builds.set(one.payload.id, one.payload)
        break
      case 'step/changed':
        steps ??= new Map(desk.steps)
        addStep(steps, one.payload)
        break
      case 'log/appended':
      case 'log/changed': {
        const { lineCount, byteCount } = one.payload
        const id = one.topic === 'log/appended' ? one.payload.logId : one.payload.id
        logSizes ??= new Map(desk.logSizes)
        logSizes.set(id, { lineCount, byteCount })
        break
      }
      case 'request/changed': {
        const { payload } = one
        const others = draft.requests.filter(request => request.id !== payload.id)
        draft.requests = payload.completeAt === null ? [...others, payload] : others
        break
      }
      case 'change/new':
        draft.changes = [one.payload, ...draft.changes].slice(0, MOST_CHANGES)
        break
      case 'event/new':
        draft.events = [one.payload, ...draft.events].slice(0, MOST_CHANGES)
        break
      case 'builder/changed':
        draft.builders = replace(draft.builders, one.payload, ({ id }) => id).sort(byPosition)
        break
      case 'project/changed':
        draft.projects = replace(draft.projects, one.payload, ({ name }) => name)
        break
      case 'slave/changed':
        draft.slaves = replace(draft.slaves, one.payload, ({ id }) => id)
        break
      case 'queue/changed':
        draft.queue = one.payload
        break
      case 'schedule/changed':
        draft.schedule = one.payload
        break
      case 'config/changed':
        draft.config = one.payload
        break
      case 'update/changed':
        draft.updates = one.payload
        break
      default:
        break
    }
  if (builds) draft.builds = builds
  if (steps) draft.steps = steps
  if (logSizes) draft.logSizes = newestLogs(logSizes)
  // The last of each builder stay in any case: they are no reason to go through all again.
  const room = 2 * KEPT_BUILDS + (KEPT_OF_EACH + 3) * draft.builders.length
  return draft.builds.size > room ? withoutOldBuilds(draft) : draft
}

/** The steps of builds, each build's by their numbers. */
export function groupSteps(steps: readonly Step[]): Map<BuildId, readonly Step[]> {
  const all = new Map<BuildId, readonly Step[]>()
  for (const step of steps) addStep(all, step)
  return all
}

function addStep(all: Map<BuildId, readonly Step[]>, step: Step) {
  const list = replace(all.get(step.buildId) ?? [], step, ({ id }) => id)
  all.set(
    step.buildId,
    list.sort((a, b) => a.number - b.number),
  )
}

// Whoever reads further back has it come from the master, as after a start.
function withoutOldBuilds(desk: Desk): Desk {
  const newestFirst = [...desk.builds.values()].sort(
    (a, b) => b.startedAt - a.startedAt || b.id - a.id,
  )
  const wholeFrom = newestFirst[KEPT_BUILDS - 1]!.startedAt
  const finished = new Map<number, number>()
  const telling = tellingOf(desk)
  const builds = new Map<BuildId, Build>()
  for (const build of newestFirst) {
    const { id, builderId, completeAt, startedAt } = build
    const before = finished.get(builderId) ?? 0
    if (completeAt !== null) finished.set(builderId, before + 1)
    if (completeAt === null || startedAt >= wholeFrom || before < KEPT_OF_EACH || telling.has(id))
      builds.set(id, build)
  }
  const steps = new Map([...desk.steps].filter(([id]) => builds.has(id)))
  return { ...desk, builds, steps, wholeFrom: Math.max(wholeFrom, desk.wholeFrom) }
}

// Builds from which a builder is green or red, however old they are.
function tellingOf({ builders, builds }: Desk): ReadonlySet<BuildId> {
  const standings = builders.map(({ id }) => standingIn(builds, id))
  return new Set(
    standings.flatMap(({ last, red }) =>
      [last, red?.first, red?.lastGood].flatMap(build => build?.id ?? []),
    ),
  )
}

function newestLogs<T>(sizes: Map<LogId, T>): Map<LogId, T> {
  if (sizes.size <= 2 * KEPT_LOGS) return sizes
  return new Map([...sizes].sort(([a], [b]) => b - a).slice(0, KEPT_LOGS))
}

function byPosition(a: Builder, b: Builder): number {
  return Number(b.active) - Number(a.active) || a.position - b.position || a.id - b.id
}

function replace<T>(list: readonly T[], item: T, key: (item: T) => unknown): T[] {
  const at = list.findIndex(one => key(one) === key(item))
  return at < 0 ? [...list, item] : list.with(at, item)
}
