import { memo, useMemo } from 'react'
import type { Build, BuildId } from '../bridge.ts'
import { builderOf, openBuild } from '../store/actions.ts'
import { LOWEST_BOX } from './axis.ts'
import { buildTitle, describeBuild } from './build-words.ts'
import { ColumnFuture } from './column-future.tsx'
import { LEAST_FOR_WORDS } from './column-plan.ts'
import { daysInWords } from './day-words.ts'
import type { Box, Column } from './model.ts'
import { RunningTail } from './running-tail.tsx'
import { tailRows } from './tail-rows.ts'

interface Props {
  readonly column: Column
  /** Which of all columns it is, from 1. */
  readonly index: number
  /** Those of its boxes that are in the page. */
  readonly boxes: readonly Box[]
  /** While the others are scrolled to the side. */
  readonly stays: boolean
  readonly now: number
  /** Where on the axis the page begins. */
  readonly from: number
  readonly live: boolean
  /** The time in sight, where columns are strips of days. */
  readonly sight: { readonly from: number; readonly to: number } | null
  readonly selected: BuildId | null
  readonly lit: ReadonlySet<BuildId>
  readonly marked: BuildId | null
  readonly onSelect: (build: Build, comparing: boolean, column: string) => void
}

/**
 * What can be pointed at, focused and read aloud of a builder's builds in sight: a row of a grid whose cells
 * are builds. The picture is on the canvas.
 */
export function ColumnTwin({
  column,
  index,
  boxes: shown,
  stays,
  now,
  from,
  live,
  sight,
  selected,
  lit,
  marked,
  onSelect,
}: Props) {
  const { plan, x, width, boxes, future, last } = column
  const wordy = width >= LEAST_FOR_WORDS
  // Where there are hundreds, one with nothing to read is named by its head alone.
  if (
    !wordy &&
    !sight &&
    shown.length === 0 &&
    future.running.length + future.expected.length === 0
  )
    return null
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: of a grid it is the cells that take the focus
    <div
      role="row"
      aria-rowindex={index}
      className={stays ? 'column stays' : 'column'}
      aria-label={plan.key === plan.name ? plan.name : `${plan.name}, ${plan.group.title}`}
      style={{ left: `calc(var(--gutter) + ${x}px)`, width }}
    >
      {live && from < 0 && <ColumnFuture future={future} now={now} from={from} wordy={wordy} />}
      {sight && column.days.length > 0 && (
        <div role="cell" className="visually-hidden">
          {daysInWords(column.days, sight.from, sight.to)}
        </div>
      )}
      {shown.map(box => (
        <BuildTwin
          key={box.build.id}
          box={box}
          index={plan.of === 'builder' ? box.build.number : undefined}
          top={box.top - from}
          builder={plan.of === 'builder' ? plan.name : builderOf(box.build)}
          now={box.build.completeAt === null ? now : 0}
          selected={box.build.id === selected}
          lit={lit.has(box.build.id)}
          marked={box.build.id === marked}
          onSelect={(build, comparing) => onSelect(build, comparing, plan.key)}
          onOpen={() => openBuild(box.build)}
        />
      ))}
      {live && wordy && !sight && boxes.count === 0 && (
        <div role="cell" className="column-empty" style={{ top: 12 - from }}>
          {last ? `last build #${last.number}` : 'no build yet'}
        </div>
      )}
    </div>
  )
}

const BuildTwin = memo(
  function BuildTwin({
    box,
    index,
    top,
    builder,
    now,
    selected,
    lit,
    marked,
    onSelect,
    onOpen,
  }: {
    box: Box
    /** Which of its column it is, counted from the oldest. */
    index: number | undefined
    top: number
    builder: string
    now: number
    selected: boolean
    lit: boolean
    marked: boolean
    onSelect: (build: Build, comparing: boolean) => void
    onOpen: () => void
  }) {
    const { build, x, width, height, bands } = box
    const running = bands.find(band => band.look === 'running')
    const words = useWords(builder, box, now)
    const rows = build.completeAt === null ? tailRows(box) : 0
    return (
      <button
        type="button"
        role="gridcell"
        aria-colindex={index}
        className={`box${selected ? ' selected' : ''}${lit ? ' lit' : ''}${marked ? ' marked' : ''}`}
        style={{ left: x, width, top, height: Math.max(LOWEST_BOX, height) - 1 }}
        aria-label={words.label}
        aria-selected={selected}
        title={words.title}
        data-build={build.id}
        onClick={event => onSelect(build, event.ctrlKey || event.metaKey)}
        onDoubleClick={onOpen}
      >
        {running && (
          <i
            className="running-edge"
            style={{ top: running.top, height: Math.max(6, running.height) }}
          />
        )}
        {running && rows > 0 && (
          <RunningTail build={build.id} step={running.step.id} rows={rows} top={running.top} />
        )}
      </button>
    )
  },
  // A box that is laid out anew in the same place is the same.
  (a, b) =>
    a.box.build === b.box.build &&
    a.box.builds.length === b.box.builds.length &&
    a.index === b.index &&
    a.builder === b.builder &&
    a.top === b.top &&
    a.box.x === b.box.x &&
    a.box.width === b.box.width &&
    a.box.height === b.box.height &&
    a.now === b.now &&
    a.selected === b.selected &&
    a.lit === b.lit &&
    a.marked === b.marked &&
    a.box.bands.length === b.box.bands.length &&
    a.box.bands.every((band, i) => band.step === b.box.bands[i]!.step),
)

// They are the same wherever the box is.
function useWords(builder: string, { build, builds, bands }: Box, now: number) {
  const decided = bands.find(band => band.deciding)?.step
  return useMemo(
    () => ({
      label: describeBuild(builder, build, builds.length, decided, now),
      title: buildTitle(builder, build, now),
    }),
    [builder, build, builds.length, decided, now],
  )
}
