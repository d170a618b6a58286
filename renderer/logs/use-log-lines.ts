import { useRef, useState } from 'react'
import { bridge, type Log, type LogLine } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'

const PAGE_LINES = 400
const KEPT_PAGES = 60

export interface LogLines {
  readonly lineCount: number
  readonly byteCount: number
  readonly complete: boolean
  /** `undefined` while it is on its way. */
  line(number: number): LogLine | undefined
  /** Asks for the lines that are in sight, in order; others are forgotten again. To be called after each drawing. */
  fetch(lines: readonly number[]): void
}

interface Page {
  lines: readonly LogLine[]
  /** What was there when it was asked for. */
  asked: string
  busy: boolean
}

/** The lines of a log near those in sight. */
export function useLogLines(log: Log): LogLines {
  const size = useDesk(desk => desk.logSizes.get(log.id)) ?? log
  const pages = useRef(new Map<number, Page>())
  const [, render] = useState(0)
  const { lineCount, byteCount } = size
  const { complete } = log

  return {
    lineCount,
    byteCount,
    complete,
    line: number => pages.current.get(Math.floor(number / PAGE_LINES))?.lines[number % PAGE_LINES],
    fetch(lines) {
      let before = -1
      for (const line of lines) {
        const page = Math.floor(line / PAGE_LINES)
        if (page !== before) fetchPage(page)
        before = page
      }
    },
  }

  function fetchPage(number: number) {
    const last = (number + 1) * PAGE_LINES >= lineCount
    // Only the last line grows: a progress bar without a newline for minutes.
    const there = last ? `${lineCount} ${byteCount} ${complete}` : 'all'
    const page = pages.current.get(number) ?? { lines: [], asked: '', busy: false }
    if (page.busy || page.asked === there) return
    pages.current.delete(number)
    pages.current.set(number, Object.assign(page, { asked: there, busy: true }))
    const query = { logId: log.id, first: number * PAGE_LINES, count: PAGE_LINES }
    bridge.request('log:lines', query).then(
      found => {
        page.lines = found
        page.busy = false
        if (pages.current.size > KEPT_PAGES)
          pages.current.delete(pages.current.keys().next().value!)
        render(n => n + 1)
      },
      () => {
        // The next drawing asks again.
        page.busy = false
        page.asked = ''
      },
    )
  }
}
