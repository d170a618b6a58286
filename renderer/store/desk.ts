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
  Snapshot,
  Step,
  UpdateStatus,
} from '../bridge.ts'
import { bridge } from '../bridge.ts'

/** What the window knows of the master, kept up to date by its news. */
export interface Desk {
  /** Undefined until the first snapshot is here. */
  readonly ready: boolean
  readonly connected: boolean
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

const NOTHING: Desk = {
  ready: false,
  connected: true,
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
  config: { file: '', good: true, loadedAt: 0, problems: [], notices: [] },
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

const MOST_CHANGES = 1000
/** So many builds of a snapshot are the newest of all. */
const WHOLE_BUILDS = 300

let desk = NOTHING
let seq = 0
const listeners = new Set<() => void>()
type Topic = SequencedNews['topic']
type PayloadOf<T extends Topic> = Extract<SequencedNews, { topic: T }>['payload']
// Who wants news as it comes, and not once a frame.
const topicListeners = new Map<Topic, Set<(payload: never) => void>>()
// News of one frame are taken together: a hundred of them cost one rendering.
let waiting: SequencedNews[] = []
let planned = false
let loading: Promise<void> | undefined

export function readDesk(): Desk {
  return desk
}

export function subscribeDesk(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** News of one topic, as it comes. */
export function onNewsOf<T extends Topic>(
  topic: T,
  listener: (payload: PayloadOf<T>) => void,
): () => void {
  const set = topicListeners.get(topic) ?? new Set()
  topicListeners.set(topic, set.add(listener))
  return () => void set.delete(listener)
}

/** Begins to listen. News that come before the snapshot are applied to it. */
export function startDesk(): void {
  bridge.onNews(hear)
  bridge.onConnection(connected => {
    set({ ...desk, connected })
    if (connected) void load()
  })
  void load()
}

function load(): Promise<void> {
  loading ??= bridge
    .request('desk:snapshot')
    .then(take, (error: Error) => set({ ...desk, refused: error.message }))
    .finally(() => {
      loading = undefined
    })
  return loading
}

function take(snapshot: Snapshot) {
  seq = snapshot.seq
  set({
    ...desk,
    ...snapshot,
    ready: true,
    refused: null,
    clockOffset: snapshot.now - Date.now(),
    builds: new Map(snapshot.builds.map(build => [build.id, build])),
    steps: withSteps(new Map(), snapshot.steps),
    wholeFrom: snapshot.builds[WHOLE_BUILDS - 1]?.startedAt ?? 0,
  })
  apply()
}

function hear(news: SequencedNews) {
  for (const listener of topicListeners.get(news.topic) ?? []) listener(news.payload as never)
  waiting.push(news)
  if (planned) return
  planned = true
  // A hidden page gets no frames, and must not gather news without end.
  if (document.hidden) setTimeout(apply, 250)
  else requestAnimationFrame(apply)
}

function apply() {
  planned = false
  if (!desk.ready || loading) return
  const news = waiting
  waiting = []
  let next: Draft | undefined
  for (const one of news) {
    // Told before the snapshot was made.
    if (one.seq <= seq) continue
    if (one.seq !== seq + 1) {
      // Something was missed: begin again from a fresh snapshot.
      void load()
      return
    }
    seq = one.seq
    // These have listeners of their own; nothing else renders for them.
    if (!UNRENDERED.has(one.topic)) next = change(next ?? draftOf(desk), one)
  }
  if (next) set(next as Desk)
}

type Draft = { -readonly [K in keyof Desk]: Desk[K] }

function draftOf(now: Desk): Draft {
  return { ...now }
}

function change(draft: Draft, news: SequencedNews): Draft {
  switch (news.topic) {
    case 'build/changed':
      draft.builds = new Map(draft.builds).set(news.payload.id, news.payload)
      break
    case 'step/changed':
      draft.steps = withSteps(draft.steps, [news.payload])
      break
    case 'request/changed': {
      const { payload } = news
      const others = draft.requests.filter(request => request.id !== payload.id)
      draft.requests = payload.completeAt === null ? [...others, payload] : others
      break
    }
    case 'change/new':
      draft.changes = [news.payload, ...draft.changes].slice(0, MOST_CHANGES)
      break
    case 'event/new':
      draft.events = [news.payload, ...draft.events].slice(0, MOST_CHANGES)
      break
    case 'builder/changed':
      draft.builders = replace(draft.builders, news.payload, one => one.id).sort(byPosition)
      break
    case 'project/changed':
      draft.projects = replace(draft.projects, news.payload, one => one.name)
      break
    case 'slave/changed':
      draft.slaves = replace(draft.slaves, news.payload, one => one.id)
      break
    case 'queue/changed':
      draft.queue = news.payload
      break
    case 'schedule/changed':
      draft.schedule = news.payload
      break
    case 'config/changed':
      draft.config = news.payload
      break
    case 'update/changed':
      draft.updates = news.payload
      break
    case 'log/appended':
      draft.logSizes = new Map(draft.logSizes).set(news.payload.logId, news.payload)
      break
    case 'log/changed': {
      const { id, lineCount, byteCount } = news.payload
      draft.logSizes = new Map(draft.logSizes).set(id, { lineCount, byteCount })
      break
    }
    default:
      break
  }
  return draft
}

const UNRENDERED: ReadonlySet<Topic> = new Set([
  'slave/console',
  'slave/vitals',
  'terminal/data',
  'terminal/link',
  'terminal/ended',
])

function byPosition(a: Builder, b: Builder): number {
  return Number(b.active) - Number(a.active) || a.position - b.position || a.id - b.id
}

function replace<T>(list: readonly T[], item: T, key: (item: T) => unknown): T[] {
  const at = list.findIndex(one => key(one) === key(item))
  return at < 0 ? [...list, item] : list.with(at, item)
}

function withSteps(
  before: ReadonlyMap<BuildId, readonly Step[]>,
  steps: readonly Step[],
): Map<BuildId, readonly Step[]> {
  const all = new Map(before)
  for (const step of steps) {
    const list = all.get(step.buildId) ?? []
    all.set(
      step.buildId,
      replace(list, step, one => one.id).sort((a, b) => a.number - b.number),
    )
  }
  return all
}

function set(next: Desk) {
  desk = next
  for (const listener of listeners) listener()
}
