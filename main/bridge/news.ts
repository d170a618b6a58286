import type { Master } from '../master/master.ts'
import type { Stop } from '../master/model.ts'
import type { News as MasterNews } from '../master/mq/mq.ts'
import { describeWaiting } from '../master/process/waiting.ts'
import type { TerminalNews } from '../master/slaves/terminals.ts'
import type { Missed, Queue, Schedule, SequencedNews, UpdateStatus } from './contract.ts'

export interface News {
  /** The number of the newest news. */
  readonly seq: number
  readonly queue: Queue
  readonly schedule: Schedule
  subscribe(listener: (news: SequencedNews) => void): Stop
  /** What was told after `seq`; `null` where not all of it is known any more. */
  since(seq: number): Missed | null
  tellUpdate(status: UpdateStatus): void
  stop: Stop
}

// Queue and schedule are told when they have settled: a hundred requests a second are one piece of news.
const SETTLED_MS = 100
// For windows whose line was cut: a minute of a busy master.
const KEPT_NEWS = 3000

/** Numbers the master's news for windows, and adds how the queue stands. */
export function createNews(master: Master): News {
  const { data, mq, clock, distributor } = master
  const listeners = new Set<(news: SequencedNews) => void>()
  let seq = 0
  let queue = readQueue()
  let schedule = readSchedule()
  let kept: SequencedNews[] = []
  let forgotten = 0

  const queueLook = settled(() => {
    const next = readQueue()
    if (JSON.stringify(next) !== JSON.stringify(queue))
      tell({ topic: 'queue/changed', payload: (queue = next) })
  })
  const scheduleLook = settled(() => {
    const next = readSchedule()
    if (JSON.stringify(next) !== JSON.stringify(schedule))
      tell({ topic: 'schedule/changed', payload: (schedule = next) })
  })

  const unsubscribe = mq.subscribeAll(news => {
    tell(news)
    if (news.topic === 'request/changed' || news.topic === 'slave/changed') queueLook.soon()
  })

  // They plan anew also when the configuration is another, and then other slaves may do.
  const unsubscribeSchedulers = master.schedulers.subscribe(() => {
    queueLook.soon()
    scheduleLook.soon()
  })
  const unsubscribeTerminals = master.terminals.subscribe(tell)

  return {
    get seq() {
      return seq
    },
    get queue() {
      return queue
    },
    get schedule() {
      return schedule
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    since(after) {
      if (after < forgotten || after > seq) return null
      return { news: kept.filter(one => one.seq > after), seq }
    },
    tellUpdate: payload => tell({ topic: 'update/changed', payload }),
    stop() {
      unsubscribe()
      unsubscribeSchedulers()
      unsubscribeTerminals()
      queueLook.cancel()
      scheduleLook.cancel()
      listeners.clear()
    },
  }

  function tell(
    news:
      | MasterNews
      | TerminalNews
      | { topic: 'queue/changed'; payload: Queue }
      | { topic: 'schedule/changed'; payload: Schedule }
      | { topic: 'update/changed'; payload: UpdateStatus },
  ) {
    seq++
    const numbered = { seq, ...news } as SequencedNews
    keep(numbered)
    for (const listener of listeners) listener(numbered)
  }

  function keep(news: SequencedNews) {
    // A terminal knows which bytes it has, and asks for the others by itself.
    if (news.topic === 'terminal/data') return
    kept.push(news)
    if (kept.length < 2 * KEPT_NEWS) return
    kept = kept.slice(-KEPT_NEWS)
    forgotten = kept[0]!.seq - 1
  }

  function settled(look: () => void): { soon(): void; cancel: Stop } {
    let cancel: Stop | undefined
    return {
      soon() {
        cancel ??= clock.after(SETTLED_MS, () => {
          cancel = undefined
          look()
        })
      },
      cancel: () => cancel?.(),
    }
  }

  function readQueue(): Queue {
    const all = data.countWaiting()
    const slaves = all.length === 0 ? [] : data.slaves()
    return all.map(waiting => {
      const reasons = distributor.whyWaiting(waiting.builderId, slaves)
      return { ...waiting, reason: describeWaiting(reasons, clock.now()), reasons }
    })
  }

  function readSchedule(): Schedule {
    return master.schedulers.planned().flatMap(({ builders, ...planned }) =>
      builders.flatMap(name => {
        const builder = data.builderByName(name)
        return builder ? [{ builderId: builder.id, ...planned }] : []
      }),
    )
  }
}
