import {
  ArrowDown,
  ArrowDownToLine,
  ArrowUp,
  CaseSensitive,
  Download,
  Regex,
  Search,
  WrapText,
} from 'lucide-react'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { bridge, type Log } from '../bridge.ts'
import { useKeys } from '../store/keys.ts'
import { prefer, usePreferences } from '../store/preferences.ts'
import { bytes, count, number } from '../ui/format.ts'
import { Hint } from '../ui/parts.tsx'
import { LogLineRow } from './log-line-row.tsx'
import { LINE_PX, logScroll } from './log-scroll.ts'
import { useLogLines } from './use-log-lines.ts'
import { markerOf, useSearch, type Wanted } from './use-search.ts'
import './logs.css'

const MARGIN_LINES = 30

interface Place {
  /** First line in sight, with its fraction. */
  readonly line: number
  readonly height: number
}

/** A log of any length: only the lines in sight are in the page. Follows its end while it grows, until the reader scrolls. */
export function LogView({
  log,
  startedAt,
  place: wantedPlace,
}: {
  log: Log
  startedAt: number
  /** What a link asks to be shown. */
  place?: { readonly line: number; readonly to: number } | undefined
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const { wrap } = usePreferences()
  const [place, setPlace] = useState<Place>({ line: 0, height: 600 })
  const [follow, setFollow] = useState(!log.complete && !wantedPlace)
  const [wanted, setWanted] = useState<Wanted>({ text: '', regex: false, ignoreCase: true })
  const [at, setAt] = useState(0)
  const inSight = Math.ceil(place.height / LINE_PX)
  const first = Math.max(0, Math.floor(place.line) - MARGIN_LINES)
  const lines = useLogLines(log, first, Math.floor(place.line) + inSight + MARGIN_LINES)
  const scroll = logScroll(lines.lineCount, place.height)
  const search = useSearch(log.id, wanted)
  const marker = useMemo(() => markerOf(wanted), [wanted])
  const found = useMemo(() => new Set(search.lines), [search.lines])
  const current = search.lines[Math.min(at, search.lines.length - 1)]
  const field = useRef<HTMLInputElement>(null)

  const goTo = (line: number) => {
    const element = scroller.current
    if (!element) return
    setFollow(false)
    element.scrollTop = scroll.scrollTopOf(Math.max(0, line - inSight / 3))
  }
  const step = (by: number) => {
    if (search.lines.length === 0) return
    const next = (at + by + search.lines.length) % search.lines.length
    setAt(next)
    goTo(search.lines[next]!)
  }
  useScroll(scroller, scroll, setPlace, () => setFollow(false))
  useFollow(scroller, follow, lines.lineCount)
  // The first match comes into sight when it is found.
  const firstFound = search.lines[0]
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new first match moves the view.
  useEffect(() => {
    setAt(0)
    if (firstFound !== undefined) goTo(firstFound)
  }, [firstFound, wanted])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another link moves the view.
  useEffect(() => {
    if (wantedPlace) goTo(wantedPlace.line)
  }, [wantedPlace])
  useKeys({
    '/': () => field.current?.focus(),
    n: () => step(1),
    N: () => step(-1),
    f: () => setFollow(true),
    w: () => prefer({ wrap: !wrap }),
    Home: () => goTo(0),
    End: () => goTo(lines.lineCount),
  })

  const rows = []
  const end = Math.min(lines.lineCount, Math.floor(place.line) + inSight + MARGIN_LINES)
  for (let n = first; n < end; n++)
    rows.push(
      <LogLineRow
        key={n}
        number={n}
        line={lines.line(n)}
        startedAt={startedAt}
        marker={found.has(n) ? marker : undefined}
        current={
          n === current || (wantedPlace && n >= wantedPlace.line && n <= wantedPlace.to) || false
        }
      />,
    )
  // Where the first row in the page stands; with a scaled scroll bar it moves with the view.
  const top = scroll.scaled
    ? scroll.scrollTopOf(place.line) - (place.line - first) * LINE_PX
    : first * LINE_PX

  return (
    <section className="log" aria-label={`Log ${log.name}`}>
      <div className="log-tools">
        <div className="log-search" role="search">
          <Search aria-hidden />
          <input
            ref={field}
            aria-label="Search in this log"
            placeholder="Search in this log"
            value={wanted.text}
            onChange={event => setWanted({ ...wanted, text: event.target.value })}
            onKeyDown={event => {
              if (event.key === 'Enter') step(event.shiftKey ? -1 : 1)
              if (event.key === 'Escape') setWanted({ ...wanted, text: '' })
            }}
          />
          <span className="log-hits" role="status">
            {search.problem ?? describeHits(search.lines.length, at, wanted.text, search.busy)}
          </span>
          <Hint text="Upper and lower case are different">
            <button
              type="button"
              className="button quiet square"
              aria-label="Match case"
              aria-pressed={!wanted.ignoreCase}
              onClick={() => setWanted({ ...wanted, ignoreCase: !wanted.ignoreCase })}
            >
              <CaseSensitive />
            </button>
          </Hint>
          <Hint text="Regular expression">
            <button
              type="button"
              className="button quiet square"
              aria-label="Regular expression"
              aria-pressed={wanted.regex}
              onClick={() => setWanted({ ...wanted, regex: !wanted.regex })}
            >
              <Regex />
            </button>
          </Hint>
        </div>
        <button
          type="button"
          className="button quiet square"
          aria-label="Match before"
          disabled={search.lines.length === 0}
          onClick={() => step(-1)}
        >
          <ArrowUp />
        </button>
        <button
          type="button"
          className="button quiet square"
          aria-label="Next match"
          disabled={search.lines.length === 0}
          onClick={() => step(1)}
        >
          <ArrowDown />
        </button>
        <span className="grow" />
        <Hint text="Wrap long lines (w)">
          <button
            type="button"
            className="button quiet square"
            aria-label="Wrap long lines"
            aria-pressed={wrap}
            onClick={() => prefer({ wrap: !wrap })}
          >
            <WrapText />
          </button>
        </Hint>
        <Hint text="Stay at the end as it grows (f)">
          <button
            type="button"
            className="button quiet square"
            aria-label="Follow"
            aria-pressed={follow}
            onClick={() => setFollow(!follow)}
          >
            <ArrowDownToLine />
          </button>
        </Hint>
        <a
          className="button quiet square"
          aria-label="Download this log"
          title="Download this log"
          href={bridge.downloadUrl({ kind: 'log', id: log.id })}
          download
        >
          <Download />
        </a>
      </div>
      <div
        className={`log-scroll${wrap ? ' wrap' : ''}`}
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Lines of the log"
      >
        {lines.lineCount === 0 && (
          <p className="log-empty">
            {lines.complete ? 'Nothing was written.' : 'Nothing was written yet.'}
          </p>
        )}
        <div style={{ height: Math.max(scroll.height, wrap ? 0 : scroll.height) }}>
          <div className="log-lines" style={{ transform: `translateY(${top}px)` }}>
            {rows}
          </div>
        </div>
      </div>
      <footer className="log-foot">
        <span>
          {count(lines.lineCount, 'line')}, {bytes(lines.byteCount)}
        </span>
        {!lines.complete && <span className="log-live">growing</span>}
        <span className="grow" />
        <span>
          <kbd>/</kbd> search
        </span>
        <span>
          <kbd>F</kbd> follow
        </span>
        <span>
          <kbd>W</kbd> wrap
        </span>
      </footer>
    </section>
  )
}

function describeHits(found: number, at: number, text: string, busy: boolean): string {
  if (text === '') return ''
  if (found === 0) return busy ? 'searching …' : 'not found'
  return `${number(Math.min(at, found - 1) + 1)} of ${number(found)}${busy ? ' …' : ''}`
}

function useScroll(
  scroller: RefObject<HTMLDivElement | null>,
  scroll: ReturnType<typeof logScroll>,
  setPlace: (place: Place) => void,
  onRead: () => void,
) {
  const latest = useRef({ scroll, onRead })
  latest.current = { scroll, onRead }
  useEffect(() => {
    const element = scroller.current!
    const measure = () =>
      setPlace({
        line: latest.current.scroll.lineAt(element.scrollTop),
        height: element.clientHeight,
      })
    // A reader who scrolls up wants to read; the end is no longer followed.
    const wheel = (event: WheelEvent) => {
      if (event.deltaY < 0) latest.current.onRead()
      // Where a px of the scroll bar is many lines, the wheel still goes by lines.
      if (!latest.current.scroll.scaled || event.ctrlKey) return
      event.preventDefault()
      const line = latest.current.scroll.lineAt(element.scrollTop) + event.deltaY / LINE_PX
      element.scrollTop = latest.current.scroll.scrollTopOf(line)
      setPlace({ line: Math.max(0, line), height: element.clientHeight })
    }
    const key = (event: KeyboardEvent) => {
      if (['ArrowUp', 'PageUp'].includes(event.key)) latest.current.onRead()
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
  }, [scroller, setPlace])
}

function useFollow(scroller: RefObject<HTMLDivElement | null>, follow: boolean, lineCount: number) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each line that has come, the end is elsewhere.
  useEffect(() => {
    const element = scroller.current
    if (follow && element) element.scrollTop = element.scrollHeight
  }, [follow, lineCount, scroller])
}
