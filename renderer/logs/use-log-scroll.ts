import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { LogRows } from './log-rows.ts'
import { LINE_PX, type LogScroll, logScroll } from './log-scroll.ts'

export interface LogPlace {
  /** First row in sight, with its fraction. */
  readonly row: number
  readonly height: number
  readonly scroll: LogScroll
  /** Whether the end is kept in sight as the log grows. */
  readonly follow: boolean
  setFollow(on: boolean): void
  moveTo(row: number): void
  /** The first line in sight. */
  topLine(): number
  /** Where what is drawn of `firstRow` on begins, in px; not for wrapped rows. */
  offsetOf(firstRow: number): number
  /** Whether a person has moved the view. */
  readonly touched: RefObject<boolean>
}

/**
 * Where in a log the reader is. What is read stays where it is when lines are folded, or
 * come; the end is followed until the reader scrolls up, and again once they are back there.
 */
export function useLogScroll(
  scroller: RefObject<HTMLDivElement | null>,
  rows: LogRows,
  wrap: boolean,
  growing: boolean,
  followFirst: boolean,
): LogPlace {
  const [place, setPlace] = useState({ row: 0, height: 600 })
  const [follow, setFollow] = useState(followFirst)
  const scroll = logScroll(rows.count, place.height, wrap)
  const touched = useRef(false)
  // A px of a scaled scroll bar is many rows, so the row is kept beside it.
  const kept = useRef({ row: 0, top: 0, line: 0 })
  const latest = useRef({ rows, scroll, wrap, growing, follow })
  latest.current = { rows, scroll, wrap, growing, follow }

  const keep = (row: number, element: HTMLDivElement) => {
    const line = latest.current.rows.lineOf(Math.floor(row))
    kept.current = { row, top: element.scrollTop, line }
    setPlace({ row, height: element.clientHeight })
  }
  const moveTo = (row: number) => {
    const element = scroller.current
    if (!element) return
    const { scroll } = latest.current
    const within = Math.max(0, Math.min(row, scroll.lastTop))
    element.scrollTop = scroll.scrollTopOf(within)
    keep(within, element)
  }
  // What a reader does, in contrast to what a link or a match does.
  const readAt = (row: number, element: HTMLDivElement) => {
    touched.current = true
    keep(row, element)
    const { growing, scroll } = latest.current
    setFollow(growing && row >= scroll.lastTop - 0.5)
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the listeners read what is latest.
  useEffect(() => {
    const element = scroller.current!
    const measure = () => {
      const { scroll } = latest.current
      if (Math.abs(element.scrollTop - kept.current.top) >= 1)
        readAt(scroll.rowAt(element.scrollTop), element)
      else setPlace({ row: kept.current.row, height: element.clientHeight })
    }
    const move = (by: number) => {
      moveTo(kept.current.row + by)
      readAt(kept.current.row, element)
    }
    const wheel = (event: WheelEvent) => {
      const { scroll, wrap } = latest.current
      if (event.deltaY < 0) setFollow(false)
      // Where a px of the scroll bar is not a px of text, the wheel still goes by the text.
      if ((!scroll.scaled && !wrap) || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      element.scrollLeft += event.deltaX
      move(event.deltaY / (wrap ? anchorHeight(element, kept.current.line) : LINE_PX))
    }
    const key = (event: KeyboardEvent) => {
      if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return
      const screen = Math.max(1, Math.floor(element.clientHeight / LINE_PX) - 2)
      const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -screen, PageDown: screen, ' ': screen }[
        event.key
      ]
      if (by === undefined) return
      event.preventDefault()
      move(by)
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    element.addEventListener('wheel', wheel, { passive: false })
    element.addEventListener('keydown', key)
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
      element.removeEventListener('wheel', wheel)
      element.removeEventListener('keydown', key)
    }
  }, [scroller])

  // biome-ignore lint/correctness/useExhaustiveDependencies: with other rows, what is read stands elsewhere.
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    if (follow) return moveTo(scroll.lastTop)
    const { row, line } = kept.current
    const same = Math.min(scroll.lastTop, rows.rowOf(line) + (row % 1))
    if (Math.abs(same - row) > 0.001 || Math.abs(scroll.scrollTopOf(same) - element.scrollTop) > 1)
      moveTo(same)
  }, [rows, place.height, wrap, follow])

  return {
    ...place,
    scroll,
    follow,
    setFollow,
    moveTo,
    touched,
    topLine: () => kept.current.line,
    offsetOf: firstRow =>
      scroll.scaled ? kept.current.top - (place.row - firstRow) * LINE_PX : firstRow * LINE_PX,
  }
}

function anchorHeight(element: HTMLDivElement, line: number): number {
  const row = element.querySelector<HTMLElement>(`[data-line="${line}"]`)
  return Math.max(LINE_PX, row?.offsetHeight ?? LINE_PX)
}

/**
 * Puts wrapped rows in their place: that of the reader's row at the top, unless the end
 * would not fill the view.
 */
export function useWrappedRows(
  scroller: RefObject<HTMLDivElement | null>,
  lines: RefObject<HTMLDivElement | null>,
  wrap: boolean,
  row: number,
  topLine: number,
  endInPage: boolean,
): void {
  useLayoutEffect(() => {
    const [view, box] = [scroller.current, lines.current]
    if (!wrap || !view || !box) return
    const anchor = box.querySelector<HTMLElement>(`[data-line="${topLine}"]`)
    if (!anchor) return
    const top = -anchor.offsetTop - (row % 1) * anchor.offsetHeight
    const gap = view.clientHeight - (top + box.offsetHeight)
    const shift = endInPage && gap > 0 ? Math.min(0, top + gap) : top
    box.style.transform = `translateY(${view.scrollTop + shift}px)`
  })
}
