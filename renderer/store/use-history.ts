import { useEffect, useRef, useState } from 'react'
import { type Answer, type Arguments, bridge, type Channel } from '../bridge.ts'
import { onNewsOf, readDesk } from './desk.ts'

export interface Told<C extends Channel> {
  /** The last answer; that of another question until this one's is here. */
  readonly answer: Answer<C> | undefined
  readonly problem: string | undefined
  /** Whether the answer is that of another question. */
  readonly stale: boolean
}

const LEAST_PAUSE_MS = 400
/** An answer that takes long is asked for seldom: so many times as long passes in between. */
const PAUSES = 10

/**
 * What the master answers to a question about history. It is asked again when a
 * build, a request or a change came or ended, but not before the last answer is here.
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
    let tookMs = 0
    let timer: number | undefined
    const ask = () => {
      asking = true
      again = false
      const from = performance.now()
      bridge
        .request(channel, ...latest.current!)
        .then(
          answer => !over && setTold({ key, answer, problem: undefined }),
          (error: Error) =>
            !over &&
            setTold(before =>
              // What was told stays to be read; that the line is down is said above all views.
              before?.key === key && before.answer !== undefined
                ? before
                : { key, answer: undefined, problem: error.message },
            ),
        )
        .finally(() => {
          asking = false
          tookMs = performance.now() - from
          if (again) later()
        })
    }
    const later = () => {
      again = true
      if (over || asking) return
      timer ??= window.setTimeout(
        () => {
          timer = undefined
          if (!over) ask()
        },
        Math.max(LEAST_PAUSE_MS, PAUSES * tookMs),
      )
    }
    ask()
    const stops = [
      onNewsOf('build/changed', build => {
        // What a build says while it runs is not in any answer.
        if (build.completeAt !== null || !readDesk().builds.has(build.id)) later()
      }),
      onNewsOf('request/changed', later),
      onNewsOf('change/new', later),
      // What came while there was no line was told to nobody.
      bridge.onConnection(connected => connected && later()),
    ]
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
