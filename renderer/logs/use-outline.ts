import { useEffect, useMemo, useRef, useState } from 'react'
import {
  bridge,
  type LogId,
  type LogPosition,
  type OutlineAnswer,
  type OutlineMark,
  type Redraw,
} from '../bridge.ts'
import { type Fold, foldsOf } from './folds.ts'

export interface Outline {
  readonly folds: readonly Fold[]
  /** Lines that tell of an error, in order. */
  readonly errors: readonly number[]
  /** Lines that were written over rows above them, in order. */
  readonly redraws: readonly Redraw[]
  /** How many lines were looked at. */
  readonly lineCount: number
  /** Whether all that there is of the log was looked at. */
  readonly done: boolean
}

const MOST_MARKS = 50_000
const GROWING_MS = 500

/** Finds, on the master and piece by piece, what stands out of a log; and goes on as the log grows. */
export function useOutline(logId: LogId, lineCount: number, complete: boolean): Outline {
  const [marks, setMarks] = useState<readonly OutlineMark[]>([])
  const [redraws, setRedraws] = useState<readonly Redraw[]>([])
  const [looked, setLooked] = useState(0)
  const [done, setDone] = useState(false)
  const latest = useRef({ lineCount, complete })
  latest.current = { lineCount, complete }
  const look = useRef<() => void>(() => {})

  useEffect(() => {
    let found: OutlineMark[] = []
    let seen = 0
    let over = new Map<number, Redraw>()
    // The last line may have grown since it was looked at.
    let again: OutlineAnswer['again'] = { line: 0, redraw: null }
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
      found = found.filter(mark => mark.line < again.line)
      over = new Map([...over].filter(([line]) => line < again.line))
      try {
        for (let from: LogPosition | null = { line: again.line, byte: 0 }; from; ) {
          const answer: OutlineAnswer = await bridge.request('log:outline', {
            ...{ logId, from },
            redraw: again.redraw,
          })
          if (isEnded()) return
          from = answer.next
          again = answer.again
          found.push(...answer.marks)
          for (const one of answer.redraws) over.set(one.line, one)
          if (answer.marks.length > 0) setMarks([...found])
          if (answer.redraws.length > 0) setRedraws([...over.values()])
          setLooked(from?.line ?? again.line + 1)
          if (found.length + over.size > MOST_MARKS) break
        }
      } catch {
        // The log is shown without what stands out of it.
        if (isEnded()) return
      }
      setDone(true)
      seen = upTo.lineCount
      timer = undefined
      state = upTo.complete || found.length + over.size > MOST_MARKS ? 'ended' : 'waiting'
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
  return { folds, errors, redraws, lineCount: looked, done }
}
