import {
  type CSSProperties,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Build, BuildId, ChangeId } from '../bridge.ts'
import { FAILURE } from '../results.ts'
import type { AxisMode } from '../store/axis-modes.ts'
import { buildsOf } from '../store/builds-of.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { usePreferences } from '../store/preferences.ts'
import { selectBuild, useSelectedBuild } from '../store/selection.ts'
import { sleepsOf } from '../store/sleeps.ts'
import type { Timeline } from '../store/stretch.ts'
import { useTimeline } from '../store/timeline.ts'
import { clock, count } from '../ui/format.ts'
import { medianMs, ticksOf } from './axis.ts'
import { BoardMenu } from './board-menu.tsx'
import { markOrCompare, useMarkedBuild } from './build-actions.ts'
import { usePalette } from './canvas.tsx'
import { ColumnHead } from './column-head.tsx'
import type { ColumnPlan } from './column-plan.ts'
import { ColumnTwin } from './column-twin.tsx'
import { Corner } from './corner.tsx'
import { DayPeek } from './day-peek.tsx'
import { DAY_MS, isDays } from './days.ts'
import { foldWords } from './fold-words.ts'
import { GroupBar } from './group-bar.tsx'
import { Gutter } from './gutter.tsx'
import { GUTTER_PX } from './gutter-sizes.ts'
import { HeadPeek } from './head-peek.tsx'
import { MINIMAP_PX, Minimap } from './minimap.tsx'
import { type Box, type Column, layOut, type Model, type ModelInput } from './model.ts'
import { nearestBoxes } from './nearest-boxes.ts'
import { NoColumns } from './no-columns.tsx'
import { goToNow, readPosition, useLeft } from './position.ts'
import { SpanSelect } from './span-select.tsx'
import { useBoardKeys } from './use-board-keys.ts'
import { useChangeBuilds } from './use-change-builds.ts'
import { useColumnDrag } from './use-column-drag.ts'
import { useDays } from './use-days.ts'
import { useForecast } from './use-forecast.ts'
import { usePlace } from './use-place.ts'
import { useRedAround } from './use-red-around.ts'
import { useScrolling } from './use-scrolling.ts'
import { useTint } from './use-tint.ts'
import { useTwinPlace } from './use-twin-place.ts'
import { useView } from './use-view.ts'

const NO_BOXES: readonly Box[] = []
const NO_PLANS: readonly ColumnPlan[] = []

interface BoardProps {
  readonly plans: readonly ColumnPlan[]
  readonly mode: AxisMode
  readonly zoom: number
}

/** The waterfall: boxes on a canvas, and over it what can be pointed at and read of those in sight. */
export function Board(props: BoardProps) {
  if (props.plans.length === 0) return <NoColumns />
  return <Columns {...props} />
}

function Columns({ plans, mode, zoom }: BoardProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const layer = useRef<HTMLDivElement>(null)
  const refs = useMemo(() => ({ scroller, canvas, layer }), [])
  const size = useSize(scroller, body)
  const [change, setChange] = useState<ChangeId | null>(null)
  const [pointed, setPointed] = useState<ChangeId | null>(null)
  const lit = useChangeBuilds(pointed ?? change)
  const left = useLeft()
  const clockNow = useNow(1000)
  const now = left ?? clockNow
  const timeline = useTimeline()
  const daily = isDays(zoom)
  const live = daily || timeline.to === null
  // The top of the axis: what is newer is not known here, or not yet.
  const end = daily ? clockNow : Math.min(now, timeline.to ?? now)
  const [sight, setSight] = useState({ from: end, to: end })
  const days = useDays(
    daily && (plans[0]!.of === 'slave' ? 'slave' : 'builder'),
    end,
    sight.from,
    sight.to,
  )
  // Nothing has a place until it is known how much room there is.
  const placed = size.width > 0 ? plans : NO_PLANS
  const model = useModel(placed, timeline, mode, zoom, end, size.room, days)
  const selected = useSelectedBuild()
  // A build may stand in several columns: this is the one in which it was picked.
  const [walked, setWalked] = useState<string | null>(null)
  const pick = useCallback((build: Build, comparing: boolean, column: string) => {
    setWalked(column)
    if (comparing) markOrCompare(build)
    else selectBuild(build.id)
  }, [])
  const blame = useRedAround(model, selected, now)
  const missed = useMissed(left)
  const sleeps = sleepsOf(timeline.events)
  const desk = useDesk(one => one.builds)
  const palette = usePalette()
  const tintOf = useTint()
  const view = useView({ model, palette, tintOf, live, now: end, gutter: GUTTER_PX, ...size }, refs)
  const { from, to } = view
  // Which days have to be there follows from where the reader is, and that from the axis.
  useEffect(() => {
    if (!daily) return
    const wholeDay = (moment: number) => Math.floor(moment / DAY_MS) * DAY_MS
    const next = {
      from: wholeDay(model.axis.moment(Math.max(0, to))),
      to: wholeDay(model.axis.moment(Math.max(0, from))) + DAY_MS,
    }
    setSight(was => (was.from === next.from && was.to === next.to ? was : next))
  }, [daily, model.axis, from, to])
  useBoardKeys(model, view, size.height, scroller, [walked, setWalked])
  useScrolling(body, view, model)
  usePlace(clockNow)
  const mark = useColumnDrag(scroller, model)
  const marked = useMarkedBuild()?.id ?? null

  const ticks = ticksOf(model.axis, end, Math.max(0, from), to)
  const { staysPx } = model
  const inSight = ({ x, width }: Pick<Column, 'x' | 'width'>) =>
    x < staysPx || (x + width > size.left + staysPx && x < size.left + size.width)
  const columns = model.columns.filter(inSight)
  const place = useTwinPlace(body, model, view, selected, pick)
  // Something is drawn over these that only the page draws.
  const isNeeded = ({ build: { id, completeAt } }: Box) =>
    completeAt === null || id === selected || id === marked || lit.ids.has(id)
  const boxes = nearestBoxes(columns, from, to, place, isNeeded)

  return (
    <BoardMenu columns={model.columns}>
      <div
        className="board-scroll"
        ref={scroller}
        tabIndex={0}
        id="waterfall-board"
        role="application"
        aria-label="Waterfall. Arrow keys go from build to build, Enter opens one."
      >
        <div
          className="board-head"
          style={{ width: GUTTER_PX + model.width, '--stays': `${staysPx}px` } as CSSProperties}
        >
          <Corner />
          <div className="groups">
            {model.groups.filter(inSight).map(group => (
              <GroupBar key={group.x} group={group} stays={group.x < staysPx} />
            ))}
          </div>
          <div className="heads">
            {columns.map(column => (
              <ColumnHead key={column.plan.key} column={column} stays={column.x < staysPx} />
            ))}
            {mark !== null && <div className="drop-mark" style={{ left: mark }} />}
          </div>
        </div>
        <div className="board-body" ref={body} style={{ width: GUTTER_PX + model.width }}>
          <div className="board-sight" style={{ width: size.width }}>
            <canvas ref={canvas} aria-hidden style={{ width: size.width - GUTTER_PX }} />
          </div>
          <div className="board-layer" ref={layer}>
            <Gutter
              model={model}
              ticks={ticks}
              live={live}
              from={from}
              to={to}
              lit={lit}
              picked={change}
              blame={blame}
              onPick={setChange}
              onPoint={setPointed}
            />
            <div
              role="grid"
              aria-label="Builds in sight"
              aria-rowcount={model.columns.length}
              aria-colcount={-1}
            >
              {columns.map(column => (
                <ColumnTwin
                  key={column.plan.key}
                  column={withLast(column, desk)}
                  index={model.columns.indexOf(column) + 1}
                  boxes={boxes.get(column) ?? NO_BOXES}
                  stays={column.x < staysPx}
                  now={now}
                  from={from}
                  live={live}
                  sight={daily ? sight : null}
                  selected={selected}
                  lit={lit.ids}
                  marked={marked}
                  onSelect={pick}
                />
              ))}
            </div>
            {model.axis.folds
              .filter(fold => fold.bottom > from && fold.top < to)
              .map(fold => (
                <div
                  key={fold.from}
                  className="fold"
                  style={{ top: fold.top - from, height: fold.bottom - fold.top }}
                >
                  <span>{foldWords(fold.from, fold.to, sleeps)}</span>
                </div>
              ))}
            {live && (
              <div className="now-line" style={{ top: -from }}>
                <span className="now-pill">{clock(now)}</span>
              </div>
            )}
          </div>
        </div>
      </div>
      <HeadPeek columns={columns} />
      <SpanSelect body={body} view={view} model={model} />
      {daily && <DayPeek key={zoom} body={body} model={model} top={view.top} now={clockNow} />}
      <Minimap model={model} height={size.height} now={clockNow} />
      {left !== null && (
        <button type="button" className="back-to-now" onClick={goToNow}>
          {missed.all > 0
            ? `${count(missed.all, 'new build')} above${missed.failed > 0 ? `, ${missed.failed} failed` : ''}`
            : 'Back to now'}
        </button>
      )}
    </BoardMenu>
  )
}

// A builder that was quiet for long has its last build beyond what is loaded.
function withLast(column: Column, builds: ReadonlyMap<BuildId, Build>): Column {
  const [builder, second] = column.plan.builders
  if (column.last || !builder || second) return column
  // One that has only just begun is drawn with the next tick of the clock.
  const ended = buildsOf(builds, builder.id).find(build => build.completeAt !== null)
  return { ...column, last: ended ?? null }
}

interface Size {
  readonly width: number
  /** For columns, whether or not the side panel takes a part of it: a click moves nothing. */
  readonly room: number
  readonly height: number
  /** How far the columns are scrolled to the side. */
  readonly left: number
}

function useSize(
  scroller: React.RefObject<HTMLElement | null>,
  body: React.RefObject<HTMLElement | null>,
): Size {
  const [size, setSize] = useState<Size>({ width: 0, room: 0, height: 0, left: 0 })
  // Before anything is seen.
  useLayoutEffect(() => {
    const element = scroller.current!
    const measure = () => {
      const next = {
        width: element.clientWidth,
        room: element.closest('.waterfall')!.clientWidth - GUTTER_PX - MINIMAP_PX,
        height: body.current!.clientHeight,
        left: Math.floor(element.scrollLeft / 100) * 100,
      }
      setSize(was =>
        was.width === next.width &&
        was.room === next.room &&
        was.height === next.height &&
        was.left === next.left
          ? was
          : next,
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    observer.observe(body.current!)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [scroller, body])
  return size
}

function useMissed(left: number | null): { all: number; failed: number } {
  const builds = useDesk(desk => desk.builds)
  return useMemo(() => {
    if (left === null) return { all: 0, failed: 0 }
    const later = [...builds.values()].filter(build => (build.completeAt ?? 0) > left)
    return { all: later.length, failed: later.filter(build => build.results === FAILURE).length }
  }, [builds, left])
}

function useModel(
  plans: readonly ColumnPlan[],
  { builds, steps, changes, events }: Timeline,
  mode: AxisMode,
  zoom: number,
  now: number,
  width: number,
  days: ModelInput['days'],
): Model {
  const queue = useDesk(desk => desk.queue)
  const { expected, estimate } = useForecast(now)
  const usualMs = useUsualMs({ builds })
  const { hidden, arrangement } = usePreferences()
  const { width: columnWidth } = arrangement
  // A lane that was needed once is kept: nothing moves when a build ends.
  const builders = useDesk(desk => desk.builders)
  const names = useMemo(() => new Map(builders.map(one => [one.id, one.name])), [builders])
  const lanes = useRef(new Map<string, number>()).current
  return useMemo(() => {
    const begun = days ? [] : builds.filter(build => build.startedAt <= now)
    const seen = days ? [] : changes.filter(change => change.receivedAt <= now)
    const model = layOut({
      now,
      mode,
      zoom,
      plans,
      columnWidth,
      lanes,
      names,
      builds: begun,
      steps,
      changes: seen,
      events: days ? [] : events,
      hidden,
      days,
      queue,
      expected,
      estimate,
      width,
      usualMs,
    })
    for (const column of model.columns) lanes.set(column.plan.key, column.lanes)
    return model
  }, [
    builds,
    steps,
    changes,
    events,
    hidden,
    queue,
    expected,
    estimate,
    plans,
    columnWidth,
    lanes,
    names,
    mode,
    zoom,
    now,
    width,
    usualMs,
    days,
  ])
}

// In steps, and not at all while a person reads further down: a scale that followed each build would move all of them.
function useUsualMs({ builds }: Pick<Timeline, 'builds'>): number {
  const kept = useRef<number>(undefined)
  return useMemo(() => {
    if (kept.current !== undefined && readPosition() !== null) return kept.current
    const ended = builds.filter(build => build.completeAt !== null).slice(0, 300)
    const median = medianMs(ended.map(build => ({ from: build.startedAt, to: build.completeAt! })))
    kept.current = STEP ** Math.round(Math.log(Math.max(1000, median)) / Math.log(STEP))
    return kept.current
  }, [builds])
}

const STEP = 1.5
