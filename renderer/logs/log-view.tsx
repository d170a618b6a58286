import { useEffect, useMemo, useRef, useState } from 'react'
import type { Log } from '../bridge.ts'
import { useKeys } from '../store/keys.ts'
import { prefer, usePreferences } from '../store/preferences.ts'
import { lineIn } from '../store/route.ts'
import { bytes, count, number } from '../ui/format.ts'
import { copyLines } from './copy-lines.ts'
import type { Fold } from './folds.ts'
import { LineStates } from './line-states.tsx'
import { LogIdContext } from './log-id.ts'
import { type LineActions, LogLineRow } from './log-line-row.tsx'
import { logRows } from './log-rows.ts'
import { LogRuler } from './log-ruler.tsx'
import { LINE_PX } from './log-scroll.ts'
import { ErrorTools, nextTimes, SearchTools, ShowTools, TakeMenu } from './log-tools.tsx'
import { useFolding } from './use-folding.ts'
import { neighbour, useJump, useMatches } from './use-jumps.ts'
import { useLogLines } from './use-log-lines.ts'
import { useLogScroll, useWrappedRows } from './use-log-scroll.ts'
import { type Outline, useOutline } from './use-outline.ts'
import { useRedraws } from './use-redraws.ts'
import { markerOf, useSearch, type Wanted } from './use-search.ts'
import './logs.css'

const MARGIN_ROWS = 30
const NO_SEARCH: Wanted = { text: '', regex: false, ignoreCase: true }

/** Lines, counted from 0. */
export interface LineRange {
  readonly line: number
  readonly to: number
}

/** What the address has to do with a log. */
export interface LogAddress {
  /** The line that a link asks to be shown, or some, as `12` or `12-20`. */
  readonly place: string | null
  readonly find: Wanted | undefined
  /** Of links to lines; the number of the line follows. */
  readonly href: string
  onPick(range: LineRange | undefined): void
  copyLink(range: LineRange): void
}

/** A log of any length: only the lines in sight are in the page. */
export function LogView({
  log,
  startedAt,
  address,
}: {
  log: Log
  startedAt: number
  address: LogAddress
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const { wrap, logTimes } = usePreferences()
  const [wanted, setWanted] = useState<Wanted>(address.find ?? NO_SEARCH)
  const linked = useMemo(() => lineIn(address.place), [address.place])
  const [picked, setPicked] = useState(linked)
  const [states, setStates] = useState<number>()
  const [pieces, setPieces] = useState<ReadonlyMap<number, number>>(new Map())
  const size = useLogLines(log)
  const { lineCount } = size
  const growing = !size.complete
  const outline = useOutline(log.id, lineCount, size.complete)
  const { errors } = outline
  const folding = useFolding(outline.folds)
  const redraws = useRedraws(log.id, outline.redraws)
  const shownCount = shownLines(outline, lineCount, growing)
  const rows = useMemo(
    () => logRows(shownCount, byLine([...folding.closed, ...redraws.folds])),
    [shownCount, folding.closed, redraws.folds],
  )
  const place = useLogScroll(scroller, rows, wrap, growing, growing && !linked)
  const search = useSearch(log.id, wanted, lineCount)
  const marker = useMemo(() => markerOf(wanted), [wanted])
  const found = useMemo(() => new Set(search.found.map(one => one.line)), [search.found])
  const errorLines = useMemo(() => new Set(errors), [errors])

  const inSight = Math.ceil(place.height / LINE_PX)
  const jumpTo = useJump(line => place.moveTo(Math.floor(rows.rowOf(line) - inSight / 3)))
  const jump = (line: number) => {
    place.setFollow(false)
    folding.openAround(line)
    redraws.openAround(line)
    jumpTo(line)
  }
  const matches = useMatches(
    search,
    wanted,
    () => picked?.line ?? place.topLine(),
    one => {
      if (one.piece > 0 || pieces.has(one.line)) setPieces(new Map(pieces).set(one.line, one.piece))
      jump(one.line)
    },
  )
  const [errorAt, setErrorAt] = useState(-1)
  const stepError = (by: number) => {
    if (errors.length === 0) return
    const next = neighbour(errors, errors[errorAt], place.topLine(), by)
    setErrorAt(next)
    jump(errors[next]!)
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: only another link moves the view.
  useEffect(() => {
    if (!linked) return
    // What was picked here is in sight already.
    if (linked.line === picked?.line && linked.to === picked.to && place.touched.current) return
    setPicked(linked)
    jump(linked.line)
  }, [linked])
  // Groups without a fault are folded for who has only just opened a log that is complete.
  const quiet = useRef(log.complete && !linked && !address.find)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is known what there is.
  useEffect(() => {
    if (outline.done && quiet.current && !place.touched.current) folding.foldQuiet()
    if (outline.done) quiet.current = false
  }, [outline.done])

  const range = picked ?? { line: 0, to: lineCount - 1 }
  const copy = (colors: boolean) => void copyLines(log.id, range.line, range.to, colors)
  const copyLink = () => {
    const top = place.topLine()
    address.copyLink(picked ?? { line: top, to: top })
  }
  useKeys({
    '/': () => field.current?.focus(),
    n: () => matches.step(1),
    N: () => matches.step(-1),
    e: () => stepError(1),
    E: () => stepError(-1),
    f: () => place.setFollow(growing),
    w: () => prefer({ wrap: !wrap }),
    d: nextTimes,
    z: folding.foldAll,
    c: () => copy(false),
    C: () => copy(true),
    l: copyLink,
    Home: () => {
      place.setFollow(false)
      place.moveTo(0)
    },
    End: () => {
      place.setFollow(growing)
      place.moveTo(place.scroll.lastTop)
    },
  })

  const latest = useRef<LineActions>(undefined)
  latest.current = {
    pick(line, extend) {
      const from = extend && picked ? picked.line : line
      const next = { line: Math.min(from, line), to: Math.max(from, line) }
      place.touched.current = true
      const again = !extend && picked?.line === line && picked.to === line
      setPicked(again ? undefined : next)
      address.onPick(again ? undefined : next)
      if (!again) address.copyLink(next)
    },
    toggle: folding.toggle,
    toggleRedraw: redraws.toggle,
    showStates: setStates,
    showPiece: (line, piece) => setPieces(new Map(pieces).set(line, piece)),
  }
  const actions = useMemo<LineActions>(
    () => ({
      pick: (...args) => latest.current!.pick(...args),
      toggle: fold => latest.current!.toggle(fold),
      toggleRedraw: head => latest.current!.toggleRedraw(head),
      showStates: line => latest.current!.showStates(line),
      showPiece: (...args) => latest.current!.showPiece(...args),
    }),
    [],
  )

  const margin = wrap ? inSight : MARGIN_ROWS
  const first = Math.max(0, Math.floor(place.row) - margin)
  const end = Math.min(rows.count, Math.floor(place.row) + inSight + margin)
  const shown = Array.from({ length: Math.max(0, end - first) }, (_, i) => rows.lineOf(first + i))
  useEffect(() => {
    size.fetch(shown)
    redraws.fetch(shown, rows, `${lineCount} ${size.byteCount}`)
  })
  useWrappedRows(
    scroller,
    box,
    wrap,
    place.row,
    rows.lineOf(Math.floor(place.row)),
    end === rows.count,
  )
  const current = matches.current?.line

  return (
    <LogIdContext value={log.id}>
      <section className={`log times-${logTimes}`} aria-label={`Log ${log.name}`}>
        <div className="log-tools">
          <SearchTools
            field={field}
            wanted={wanted}
            search={search}
            at={matches.at}
            onWanted={setWanted}
            onStep={matches.step}
          />
          <ErrorTools errors={errors} at={errorAt} onStep={stepError} />
          <span className="grow" />
          <ShowTools
            folds={outline.folds.length}
            allClosed={folding.closed.length === outline.folds.length}
            follow={place.follow}
            growing={growing}
            onFoldAll={folding.foldAll}
            onFollow={() => place.setFollow(!place.follow)}
          />
          <TakeMenu
            logId={log.id}
            what={picked ? rangeWords(picked) : `all ${count(lineCount, 'line')}`}
            onCopy={copy}
            onCopyLink={copyLink}
          />
        </div>
        <div className="log-body">
          <div
            className={`log-scroll${wrap ? ' wrap' : ''}`}
            ref={scroller}
            tabIndex={0}
            role="region"
            aria-label="Lines of the log"
          >
            {lineCount === 0 && (
              <p className="log-empty">
                {size.complete ? 'Nothing was written.' : 'Nothing was written yet.'}
              </p>
            )}
            <div style={{ height: place.scroll.height }}>
              <div
                className="log-lines"
                ref={box}
                style={wrap ? undefined : { transform: `translateY(${place.offsetOf(first)}px)` }}
              >
                {shown.map(line => (
                  <LogLineRow
                    key={line}
                    number={line}
                    line={size.line(line)}
                    ended={redraws.textOf(line)}
                    redraw={redraws.headAt(line)}
                    next={logTimes === 'took' ? size.line(line + 1) : undefined}
                    startedAt={startedAt}
                    times={logTimes}
                    marker={found.has(line) ? marker : undefined}
                    current={line === current}
                    picked={picked !== undefined && line >= picked.line && line <= picked.to}
                    error={errorLines.has(line)}
                    fold={folding.at(line)}
                    closed={folding.isClosed(line)}
                    piece={pieces.get(line) ?? 0}
                    href={`${address.href}${line + 1}`}
                    actions={actions}
                  />
                ))}
              </div>
            </div>
          </div>
          <LogRuler rows={rows} errors={errors} matches={search.found} />
        </div>
        <footer className="log-foot">
          <span>
            {count(lineCount, 'line')}, {bytes(size.byteCount)}
          </span>
          {growing && <span className="log-live">growing</span>}
          {picked && <span>{rangeWords(picked)} picked</span>}
          <span className="grow" />
          <Key name="e" does="next error" />
          <Key name="/" does="search" />
          <Key name="z" does="fold" />
          {growing && <Key name="f" does="follow" />}
          <Key name="w" does="wrap" />
        </footer>
        <LineStates logId={log.id} line={states} onClose={() => setStates(undefined)} />
      </section>
    </LogIdContext>
  )
}

// While a program redraws rows at the end of a log, its lines wait until they were looked at: otherwise
// each of them would be in sight for a moment.
function shownLines(outline: Outline, lineCount: number, growing: boolean): number {
  const newest = outline.redraws.at(-1)
  const redrawing = newest !== undefined && newest.to >= outline.lineCount - 2
  return growing && redrawing ? Math.min(lineCount, outline.lineCount) : lineCount
}

function byLine(folds: readonly Pick<Fold, 'open' | 'close'>[]) {
  return folds.toSorted((a, b) => a.open - b.open || b.close - a.close)
}

function Key({ name, does }: { name: string; does: string }) {
  return (
    <span>
      <kbd>{name}</kbd> {does}
    </span>
  )
}

/** `line 12`, `lines 12 to 20`. */
export function rangeWords({ line, to }: LineRange): string {
  return line === to ? `line ${number(line + 1)}` : `lines ${number(line + 1)} to ${number(to + 1)}`
}
