import { useEffect, useMemo, useRef, useState } from 'react'
import {
  bridge,
  type LogId,
  type LogPosition,
  type OutlineAnswer,
  type OutlineMark,
} from '../bridge.ts'
import { type Fold, foldsOf } from './folds.ts'

export interface Outline {
  readonly folds: readonly Fold[]
  /** Lines that tell of an error, in order. */
  readonly errors: readonly number[]
  /** Whether all that there is of the log was looked at. */
  readonly done: boolean
}

const MOST_MARKS = 50_000
const GROWING_MS = 500

/** Finds, on the master and piece by piece, what stands out of a log; and goes on as the log grows. */
export function useOutline(logId: LogId, lineCount: number, complete: boolean): Outline {
  const [marks, setMarks] = useState<readonly OutlineMark[]>([])
  const [done, setDone] = useState(false)
  const latest = useRef({ lineCount, complete })
  latest.current = { lineCount, complete }
  const look = useRef<() => void>(() => {})

  useEffect(() => {
    let found: OutlineMark[] = []
    let seen = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let state: 'waiting' | 'looking' | 'ended' = 'waiting'
    look.current = () => {
      if (state === 'waiting') timer ??= setTimeout(() => void run(), seen === 0 ? 0 : GROWING_MS)
    }
    look.current()
    return () => {
      clearTimeout(timer)
      state = 'ended'
    }

    async function run() {
      const upTo = latest.current
      state = 'looking'
      setDone(false)
      // The last line may have grown since it was looked at.
      const first = Math.max(0, seen - 1)
      found = found.filter(mark => mark.line < first)
      try {
        for (let from: LogPosition | null = { line: first, byte: 0 }; from; ) {
          const answer: OutlineAnswer = await bridge.request('log:outline', { logId, from })
          if (isEnded()) return
          from = answer.next
          found.push(...answer.marks)
          if (answer.marks.length > 0) setMarks([...found])
          if (found.length > MOST_MARKS) break
        }
      } catch {
        // The log is shown without what stands out of it.
        if (isEnded()) return
      }
      setDone(true)
      seen = upTo.lineCount
      timer = undefined
      state = upTo.complete || found.length > MOST_MARKS ? 'ended' : 'waiting'
      const now = latest.current
      if (now.complete !== upTo.complete || now.lineCount > seen) look.current()
    }

    function isEnded() {
      return state === 'ended'
    }
  }, [logId])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a log that has grown is looked at again.
  useEffect(() => look.current(), [lineCount, complete])

  const end = complete ? lineCount : 0
  const folds = useMemo(() => foldsOf(marks, end, complete), [marks, end, complete])
  const errors = useMemo(
    () => marks.filter(mark => mark.kind === 'error').map(mark => mark.line),
    [marks],
  )
  return { folds, errors, done }
}
