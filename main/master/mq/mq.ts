import type { ConfigStatus } from '../config/status.ts'
import type {
  Build,
  Builder,
  BuildRequest,
  Buildset,
  Change,
  Log,
  LogId,
  MasterEvent,
  Project,
  Slave,
  SlaveVitals,
  Step,
  StepId,
  Stop,
} from '../model.ts'

/** What can be heard. The payload is the new state, not a hint to ask again. */
export interface Topics {
  'change/new': Change
  'buildset/new': Buildset
  'buildset/complete': Buildset
  'request/changed': BuildRequest
  'build/changed': Build
  'step/changed': Step
  'step/tests': { stepId: StepId }
  'log/changed': Log
  'log/appended': { logId: LogId; lineCount: number; byteCount: number }
  'builder/changed': Builder
  'project/changed': Project
  'slave/changed': Slave
  'slave/vitals': { name: string; vitals: SlaveVitals }
  'slave/console': { name: string; text: string }
  'event/new': MasterEvent
  'config/changed': ConfigStatus
}

export type Topic = keyof Topics
export type News = { [T in Topic]: { readonly topic: T; readonly payload: Topics[T] } }[Topic]

export interface Mq {
  publish<T extends Topic>(topic: T, payload: Topics[T]): void
  /** Publishes what one commit has to tell: nothing comes between. */
  publishAll(news: readonly News[]): void
  subscribe<T extends Topic>(topic: T, listener: (payload: Topics[T]) => void): Stop
  /** Hears every topic, in order. */
  subscribeAll(listener: (news: News) => void): Stop
}

/**
 * In-process delivery of news. It stores nothing.
 *
 * Listeners run in the order of subscription, and news published by a listener
 * is delivered after the present one has reached everybody: each listener sees
 * states in the order in which they were committed.
 */
export function createMq(onError: (error: unknown) => void): Mq {
  const listeners = new Map<Topic, Set<(payload: never) => void>>()
  const all = new Set<(news: News) => void>()
  const waiting: News[] = []
  let delivering = false

  return {
    publish: (topic, payload) => publishAll([{ topic, payload } as News]),
    publishAll,
    subscribe,
    subscribeAll,
  }

  function publishAll(news: readonly News[]) {
    waiting.push(...news)
    if (delivering) return
    delivering = true
    try {
      for (let news = waiting.shift(); news; news = waiting.shift()) deliver(news)
    } finally {
      delivering = false
    }
  }

  function deliver(news: News) {
    for (const listener of listeners.get(news.topic) ?? []) call(listener, news.payload as never)
    for (const listener of all) call(listener, news)
  }

  // One listener's fault must not keep the news from the others.
  function call<A>(listener: (argument: A) => void, argument: A) {
    try {
      listener(argument)
    } catch (error) {
      onError(error)
    }
  }

  function subscribe<T extends Topic>(topic: T, listener: (payload: Topics[T]) => void): Stop {
    const set = listeners.get(topic) ?? new Set()
    listeners.set(topic, set.add(listener as (payload: never) => void))
    return () => void set.delete(listener as (payload: never) => void)
  }

  function subscribeAll(listener: (news: News) => void): Stop {
    all.add(listener)
    return () => void all.delete(listener)
  }
}
