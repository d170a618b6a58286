import type { SequencedNews, Snapshot } from '../bridge.ts'
import { bridge } from '../bridge.ts'
import { type Desk, foldNews, groupSteps, NOTHING } from './desk-state.ts'

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
let planned: 'frame' | 'timer' | undefined
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
  bridge.onSignedIn?.((signedIn, problem) =>
    set({ ...desk, signedOut: signedIn ? null : { problem } }),
  )
  bridge.onConnection(connected => {
    set({ ...desk, connected })
    if (!connected) endLine()
    // What is on its way was asked for over this line.
    else if (!loading) catchUp()
  })
  load()
}

/** Everything anew. */
function load() {
  const askedAt = Date.now()
  gather(
    bridge.request('desk:snapshot').then(
      snapshot => take(snapshot, askedAt),
      (error: Error) => set({ ...desk, refused: error.message }),
    ),
  )
}

/** What was missed while there was no line, or a slow one: only that, where the master still knows it. */
function catchUp() {
  if (!desk.ready) return load()
  gather(
    bridge.request('news:since', { startedAt: desk.startedAt, seq }).then(
      missed => {
        if (missed === null) return load()
        const heard = new Set(waiting.map(news => news.seq))
        for (const news of missed.news) if (!heard.has(news.seq)) tell(news)
        set(foldNews(desk, missed.news))
        seq = missed.seq
      },
      // When the line was cut again, this is asked anew once it is back.
      () => {
        if (desk.connected) load()
      },
    ),
  )
}

// News that come meanwhile wait for the answer.
function gather(asked: Promise<void>) {
  const mine = asked.finally(() => {
    if (loading !== mine) return
    loading = undefined
    apply()
  })
  loading = mine
}

function take(snapshot: Snapshot, askedAt: number) {
  seq = snapshot.seq
  set({
    ...desk,
    ...snapshot,
    ready: true,
    refused: null,
    clockOffset: offsetOf(snapshot.now, askedAt, Date.now()),
    builds: new Map(snapshot.builds.map(build => [build.id, build])),
    steps: groupSteps(snapshot.steps),
    wholeFrom: snapshot.builds[WHOLE_BUILDS - 1]?.startedAt ?? 0,
  })
}

// A clock that says something between question and answer is right, as far as anybody can tell:
// windows at the same machine have the very same now.
function offsetOf(told: number, askedAt: number, answeredAt: number): number {
  return told < askedAt ? told - askedAt : Math.max(0, told - answeredAt)
}

function hear(news: SequencedNews) {
  tell(news)
  waiting.push(news)
  // A hidden page gets no frames, not even one that was asked for before, and must not gather news without end.
  const next = document.hidden ? 'timer' : 'frame'
  if (planned === next) return
  planned = next
  if (next === 'timer') setTimeout(apply, 250)
  else requestAnimationFrame(apply)
}

function tell(news: SequencedNews) {
  for (const listener of topicListeners.get(news.topic) ?? []) listener(news.payload as never)
}

function apply() {
  planned = undefined
  if (desk.ready && !loading && takeIn()) catchUp()
}

/** Takes in what follows on what is known. Returns whether something was missed before the rest. */
function takeIn(): boolean {
  // What was told before the snapshot was made is in it.
  const news = waiting.filter(one => one.seq > seq)
  const gap = news.findIndex((one, i) => one.seq !== seq + 1 + i)
  const whole = gap < 0 ? news : news.slice(0, gap)
  waiting = gap < 0 ? [] : news.slice(gap)
  seq += whole.length
  // Those that have listeners of their own render nothing else.
  const rendered = whole.filter(one => !UNRENDERED.has(one.topic))
  if (rendered.length > 0) set(foldNews(desk, rendered))
  return gap >= 0
}

// On the next line another master may count, from its own beginning; this one's news are asked for again.
function endLine() {
  if (desk.ready) takeIn()
  waiting = []
}

const UNRENDERED: ReadonlySet<Topic> = new Set([
  'slave/console',
  'slave/vitals',
  'terminal/data',
  'terminal/link',
  'terminal/ended',
])

function set(next: Desk) {
  desk = next
  for (const listener of listeners) listener()
}
