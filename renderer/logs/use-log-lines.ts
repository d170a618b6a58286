import { useCallback, useEffect, useRef, useState } from 'react'
import { bridge, type Log, type LogId, type LogLine } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'

export const PAGE_LINES = 400
const KEPT_PAGES = 60

export interface LogLines {
  readonly lineCount: number
  readonly byteCount: number
  readonly complete: boolean
  /** `undefined` while it is on its way. */
  line(number: number): LogLine | undefined
}

/** The lines of a log near those in sight; others are forgotten again. */
export function useLogLines(log: Log, first: number, last: number): LogLines {
  const size = useDesk(desk => desk.logSizes.get(log.id)) ?? log
  const pages = useRef(new Map<number, readonly LogLine[]>())
  const asked = useRef(new Map<number, number>())
  const [, render] = useState(0)
  const { lineCount } = size

  const fetchPage = useCallback(
    (page: number, wanted: number) => {
      if ((asked.current.get(page) ?? 0) >= wanted) return
      asked.current.set(page, wanted)
      void load(log.id, page).then(
        lines => {
          const before = pages.current.get(page)
          // An answer to an older question must not undo a newer one.
          if (before && before.length > lines.length) return
          pages.current.delete(page)
          pages.current.set(page, lines)
          if (pages.current.size > KEPT_PAGES) {
            const oldest = pages.current.keys().next().value!
            pages.current.delete(oldest)
            asked.current.delete(oldest)
          }
          render(n => n + 1)
        },
        () => asked.current.delete(page),
      )
    },
    [log.id],
  )

  const complete = log.complete
  useEffect(() => {
    const end = Math.min(last, lineCount - 1)
    for (let page = Math.floor(first / PAGE_LINES); page * PAGE_LINES <= end; page++) {
      // How many lines of this page there are now; its last line may have grown since it was read.
      const there = Math.min(PAGE_LINES, lineCount - page * PAGE_LINES)
      fetchPage(page, there + Number(complete))
    }
  }, [first, last, lineCount, complete, fetchPage])

  return {
    lineCount,
    byteCount: size.byteCount,
    complete,
    line: number => pages.current.get(Math.floor(number / PAGE_LINES))?.[number % PAGE_LINES],
  }
}

function load(logId: LogId, page: number): Promise<readonly LogLine[]> {
  return bridge.request('log:lines', { logId, first: page * PAGE_LINES, count: PAGE_LINES })
}
