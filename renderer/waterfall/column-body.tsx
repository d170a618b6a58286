import { memo } from 'react'
import type { Build, BuildId, Step } from '../bridge.ts'
import { go, routes } from '../store/route.ts'
import { clockSeconds, timeSpan } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { LOWEST_BOX } from './axis.ts'
import { FUTURE_PX } from './board.tsx'
import type { Band, Box, Column } from './model.ts'

const LABEL_PX = 15
const FUTURE_SCALE_MS = 60_000

interface Props {
  readonly column: Column
  readonly now: number
  readonly from: number
  readonly to: number
  readonly selected: BuildId | null
  readonly lit: ReadonlySet<BuildId>
  readonly onSelect: (id: BuildId) => void
}

/** One builder's builds, newest at the top, drawn to the scale shared by all columns. */
export function ColumnBody({ column, now, from, to, selected, lit, onSelect }: Props) {
  const { builder, x, width, boxes, future, red, last } = column
  const seen = boxes.filter(box => box.top + box.height > from && box.top < to)
  return (
    <section
      className="column"
      aria-label={builder.name}
      style={{ left: `calc(var(--gutter) + ${x}px)`, width }}
    >
      {future.running.map(({ build, x: left, width: wide, leftMs }) => (
        <div
          key={build.id}
          className="expected"
          style={{
            left,
            width: wide,
            top: FUTURE_PX - futureHeight(leftMs),
            height: futureHeight(leftMs),
          }}
        />
      ))}
      {future.waiting > 0 && (
        <div className="waiting" title={future.reason}>
          <span className="cut">
            {future.waiting === 1 ? '1 waiting' : `${future.waiting} waiting`}
          </span>
          <small>{future.reason}</small>
        </div>
      )}
      {red
        .filter(stretch => stretch.bottom > from && stretch.top < to)
        .map(stretch => (
          <div
            key={stretch.first.id}
            className={`red-stretch${stretch.repaired ? '' : ' open'}`}
            style={{ top: FUTURE_PX + stretch.top, height: stretch.bottom - stretch.top }}
            title={`red since #${stretch.first.number}${stretch.repaired ? `, repaired by #${stretch.repaired.number}` : ''}`}
          />
        ))}
      {seen.map(box => (
        <BuildBox
          key={box.build.id}
          box={box}
          builder={builder.name}
          now={box.build.completeAt === null ? now : 0}
          selected={box.build.id === selected}
          lit={lit.has(box.build.id)}
          onSelect={onSelect}
          onOpen={() => go(routes.build(builder, box.build))}
        />
      ))}
      {boxes.length === 0 && (
        <p className="column-empty">{last ? `last build #${last.number}` : 'no build yet'}</p>
      )}
    </section>
  )
}

// A minute of what is expected takes a third of the room, the rest grows slower.
function futureHeight(leftMs: number): number {
  return Math.min(FUTURE_PX - 14, 12 + (FUTURE_PX - 40) * Math.tanh(leftMs / FUTURE_SCALE_MS / 2))
}

const BuildBox = memo(function BuildBox({
  box,
  builder,
  now,
  selected,
  lit,
  onSelect,
  onOpen,
}: {
  box: Box
  builder: string
  now: number
  selected: boolean
  lit: boolean
  onSelect: (id: BuildId) => void
  onOpen: () => void
}) {
  const { build, x, width, top, height, bands } = box
  const look = lookOf(build.results)
  const tall = Math.max(LOWEST_BOX, height) - 1
  // Room at the foot for the number, unless the box is one line only.
  const low = tall < LABEL_PX * 2
  return (
    <button
      type="button"
      className={`box ${look}${selected ? ' selected' : ''}${lit ? ' lit' : ''}${low ? ' low' : ''}`}
      style={{ left: x, width, top: FUTURE_PX + top, height: tall }}
      aria-pressed={selected}
      title={`#${build.number} ${build.stateString}\n${span(build, now)}`}
      data-build={build.id}
      onClick={() => onSelect(build.id)}
      onDoubleClick={onOpen}
    >
      <span className="visually-hidden">{describe(builder, build, bands, now)}</span>
      <span className="box-picture" aria-hidden>
        {bands.map(band => (
          <StepBand key={band.step.id} band={band} named={!low && band.top < tall - LABEL_PX + 4} />
        ))}
        <span className="number">#{build.number}</span>
      </span>
    </button>
  )
})

function StepBand({ band, named }: { band: Band; named: boolean }) {
  const { step, top, height, look, deciding } = band
  const shown = named && height >= LABEL_PX
  return (
    <span
      className={`band ${look}${deciding ? ' deciding' : ''}`}
      style={{ top, height: Math.max(1, height) }}
    >
      {shown && (
        <span className="cut band-name">
          {step.name}
          {(deciding || look === 'running') && note(step) && <small> {note(step)}</small>}
        </span>
      )}
    </span>
  )
}

function note(step: Step): string {
  if (step.tests && step.tests.failed > 0) return `${step.tests.failed} failed`
  return step.completeAt === null ? '' : step.stateString
}

function describe(builder: string, build: Build, bands: readonly Band[], now: number): string {
  const decided = bands.find(band => band.deciding)?.step
  const words = LOOK_WORDS[lookOf(build.results)]
  return `${builder}, build ${build.number}, ${words}${decided ? ` in step ${decided.name}` : ''}, ${span(build, now)}`
}

function span(build: Build, now: number): string {
  if (build.completeAt === null) return `since ${clockSeconds(build.startedAt)}`
  return timeSpan(build.startedAt, build.completeAt, now || build.completeAt)
}
