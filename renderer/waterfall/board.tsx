import { useEffect, useMemo, useRef, useState } from 'react'
import type { Build, Builder, ChangeId } from '../bridge.ts'
import { FAILURE } from '../results.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { selectBuild, useSelectedBuild } from '../store/selection.ts'
import { type Sleep, sleepsOf } from '../store/sleeps.ts'
import { clock, count, roughly } from '../ui/format.ts'
import { Empty } from '../ui/parts.tsx'
import { ticksOf } from './axis.ts'
import { ColumnBody } from './column-body.tsx'
import { ColumnHead } from './column-head.tsx'
import { Corner } from './corner.tsx'
import { GUTTER_PX, Gutter } from './gutter.tsx'
import { type AxisMode, layOut, type Model } from './model.ts'
import { useBoardKeys } from './use-board-keys.ts'
import { useChangeBuilds } from './use-change-builds.ts'
import { useOlderBuilds } from './use-older-builds.ts'

/** Room for what is expected, above the now line. */
export const FUTURE_PX = 80
const MARGIN_PX = 400

interface View {
  readonly top: number
  readonly height: number
  readonly width: number
}

/** The scrolling part of the waterfall. Only what is in sight, and a little around it, is in the page. */
export function Board({
  builders,
  mode,
  zoom,
}: {
  builders: readonly Builder[]
  mode: AxisMode
  zoom: number
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<View>({ top: 0, height: 800, width: 1000 })
  const [change, setChange] = useState<ChangeId | null>(null)
  const lit = useChangeBuilds(change)
  const now = useSteadyNow(view.top > 0)
  const model = useModel(builders, mode, zoom, now, view.width - GUTTER_PX)
  const selected = useSelectedBuild()
  const missed = useMissed(now, view.top > 0)
  const events = useDesk(desk => desk.events)
  const sleeps = useMemo(() => sleepsOf(events), [events])
  useBoardKeys(model, scroller)
  useOlderBuilds(view.top + view.height > model.axis.height + FUTURE_PX - MARGIN_PX)

  useEffect(() => {
    const element = scroller.current!
    const measure = () =>
      setView({ top: element.scrollTop, height: element.clientHeight, width: element.clientWidth })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])

  if (builders.length === 0)
    return (
      <Empty title="No builders are configured">
        <p>Their history is kept. Add a repository, or mend master.yml in the settings.</p>
      </Empty>
    )
  const from = view.top - MARGIN_PX - FUTURE_PX
  const to = view.top + view.height + MARGIN_PX
  const ticks = ticksOf(model.axis, now, Math.max(0, from), to)
  const height = FUTURE_PX + Math.max(model.axis.height, view.height - FUTURE_PX - 120)

  return (
    <div className="board">
      <div
        className="board-scroll"
        ref={scroller}
        tabIndex={0}
        role="application"
        aria-label="Waterfall. Arrow keys go from build to build, Enter opens one."
      >
        <div className="board-head" style={{ width: GUTTER_PX + model.width }}>
          <Corner />
          <div className="groups">
            {model.groups.map(group => (
              <div key={group.x} className="group" style={{ width: group.width }}>
                <span className="cut">{group.project || 'no project'}</span>
                {group.count > 1 && <span className="dim">{group.count}</span>}
              </div>
            ))}
          </div>
          <div className="heads">
            {model.columns.map(column => (
              <ColumnHead key={column.builder.id} column={column} now={now} />
            ))}
          </div>
        </div>
        <div className="board-body" style={{ height, width: GUTTER_PX + model.width }}>
          <div className="future" style={{ height: FUTURE_PX }} />
          {ticks.map(tick => (
            <div key={tick.moment} className="tick-line" style={{ top: FUTURE_PX + tick.y }} />
          ))}
          <Gutter
            model={model}
            ticks={ticks}
            from={from}
            to={to}
            lit={change}
            onPoint={setChange}
          />
          {model.columns.map(column => (
            <ColumnBody
              key={column.builder.id}
              column={column}
              now={now}
              from={from}
              to={to}
              selected={selected}
              lit={lit}
              onSelect={selectBuild}
            />
          ))}
          {model.axis.folds
            .filter(fold => fold.bottom > from && fold.top < to)
            .map(fold => (
              <div
                key={fold.from}
                className="fold"
                style={{ top: FUTURE_PX + fold.top, height: fold.bottom - fold.top }}
              >
                <span>{foldWords(fold.from, fold.to, sleeps)}</span>
              </div>
            ))}
          <div className="now-line" style={{ top: FUTURE_PX }}>
            <span className="now-pill">{clock(now)}</span>
          </div>
        </div>
      </div>
      {view.top > 0 && (
        <button
          type="button"
          className="back-to-now"
          onClick={() => scroller.current?.scrollTo({ top: 0 })}
        >
          {missed.all > 0
            ? `${count(missed.all, 'new build')} above${missed.failed > 0 ? `, ${missed.failed} failed` : ''}`
            : 'Back to now'}
        </button>
      )}
    </div>
  )
}

// While a person reads further down, nothing moves: the axis stays at the moment when they left the top.
function useSteadyNow(away: boolean): number {
  const now = useNow(1000)
  const [left, setLeft] = useState<number | null>(null)
  if (away && left === null) setLeft(now)
  if (!away && left !== null) setLeft(null)
  return left ?? now
}

function useMissed(since: number, away: boolean): { all: number; failed: number } {
  const builds = useDesk(desk => desk.builds)
  return useMemo(() => {
    if (!away) return { all: 0, failed: 0 }
    const later = [...builds.values()].filter(build => (build.completeAt ?? 0) > since)
    return { all: later.length, failed: later.filter(build => build.results === FAILURE).length }
  }, [builds, since, away])
}

function useModel(
  builders: readonly Builder[],
  mode: AxisMode,
  zoom: number,
  now: number,
  width: number,
): Model {
  const builds = useDesk(desk => desk.builds)
  const steps = useDesk(desk => desk.steps)
  const changes = useDesk(desk => desk.changes)
  const queue = useDesk(desk => desk.queue)
  return useMemo(() => {
    const sorted: Build[] = [...builds.values()]
      .filter(build => build.startedAt <= now)
      .sort((a, b) => b.startedAt - a.startedAt || b.id - a.id)
    return layOut({ now, mode, zoom, builders, builds: sorted, steps, changes, queue, width })
  }, [builds, steps, changes, queue, builders, mode, zoom, now, width])
}

/** `quiet 3 h 9 min, asleep 10:31 to 12:54`. */
function foldWords(from: number, to: number, sleeps: readonly Sleep[]): string {
  const asleep = sleeps
    .filter(sleep => sleep.to > from && sleep.from < to)
    .map(sleep => `${clock(sleep.from)} to ${clock(sleep.to)}`)
  const quiet = `quiet ${roughly(to - from)}`
  return asleep.length > 0 ? `${quiet}, asleep ${asleep.join(', ')}` : quiet
}
