import type { Mq, News, Topic, Topics } from '../mq/mq.ts'
import type { Gate } from './gate.ts'

export type Announce = <T extends Topic>(topic: T, payload: Topics[T]) => void

/** Commits what `work` does as one, and only then tells what it announced. */
export type Update = <T>(work: (announce: Announce) => T) => T

/**
 * State, then news: nobody learns of what history does not have. An update
 * inside another one joins it, and its news waits for the outer commit.
 */
export function createUpdate(
  gate: Pick<Gate, 'transaction'>,
  mq: Mq,
  onCommit: () => void,
): Update {
  let news: News[] | undefined

  return work => {
    if (news) return work(announce)
    const collected: News[] = (news = [])
    let value: ReturnType<typeof work>
    try {
      value = gate.transaction(() => work(announce))
    } finally {
      news = undefined
    }
    onCommit()
    mq.publishAll(collected)
    return value
  }

  function announce<T extends Topic>(topic: T, payload: Topics[T]) {
    news!.push({ topic, payload } as News)
  }
}
