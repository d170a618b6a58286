import { useEffect, useRef, useState } from 'react'
import { type Answer, type Arguments, bridge, type Channel } from '../bridge.ts'
import { onNewsOf } from './desk.ts'

export interface Told<C extends Channel> {
  /** The last answer; that of another question until this one's is here. */
  readonly answer: Answer<C> | undefined
  readonly problem: string | undefined
  /** Whether the answer is that of another question. */
  readonly stale: boolean
}

const PAUSE_MS = 400
const NEWS = ['build/changed', 'request/changed', 'change/new'] as const

/**
 * What the master answers to a question about history. It is asked again when
 * something was built, but not before the last answer is here.
 *
 * @param args `null` while the question is not known yet.
 */
export function useHistory<C extends Channel>(channel: C, args: Arguments<C> | null): Told<C> {
  const [told, setTold] = useState<{
    key: string
    answer: Answer<C> | undefined
    problem: string | undefined
  }>()
  const key = args === null ? '' : JSON.stringify(args)
  const latest = useRef(args)
  latest.current = args

  useEffect(() => {
    if (key === '') return
    let over = false
    let asking = false
    let again = false
    let timer: number | undefined
    const ask = () => {
      asking = true
      again = false
      bridge
        .request(channel, ...latest.current!)
        .then(
          answer => !over && setTold({ key, answer, problem: undefined }),
          (error: Error) =>
            !over && setTold(before => ({ key, answer: before?.answer, problem: error.message })),
        )
        .finally(() => {
          asking = false
          if (again) later()
        })
    }
    const later = () => {
      again = true
      if (over || asking) return
      timer ??= window.setTimeout(() => {
        timer = undefined
        if (!over) ask()
      }, PAUSE_MS)
    }
    ask()
    const stops = NEWS.map(topic => onNewsOf(topic, later))
    return () => {
      over = true
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [channel, key])

  return {
    answer: told?.answer,
    problem: told?.key === key ? told.problem : undefined,
    stale: told?.key !== key,
  }
}
