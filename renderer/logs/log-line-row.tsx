import { ChevronDown, ChevronRight } from 'lucide-react'
import { type CSSProperties, type MouseEvent, memo, type RefObject, useEffect, useRef } from 'react'
import type { LogLine } from '../bridge.ts'
import type { LogTimes } from '../store/preferences.ts'
import { count } from '../ui/format.ts'
import { type AnsiSpan, parseAnsi } from './ansi.ts'
import type { Fold } from './folds.ts'
import { elapsed, exactLineTime, lineTime } from './line-time.ts'
import { LongLine } from './long-line.tsx'
import type { RedrawHead } from './use-redraws.ts'

/** What can be done with a line. */
export interface LineActions {
  pick(line: number, extend: boolean): void
  toggle(fold: Fold): void
  toggleRedraw(head: RedrawHead): void
  showStates(line: number): void
  showPiece(line: number, piece: number): void
}

const STREAM_WORDS = { stdout: '', stderr: 'error output', header: 'of the master' } as const

/** One line: its number, its time, and its text in its colours. */
export const LogLineRow = memo(function LogLineRow({
  number,
  line,
  ended,
  redraw,
  next,
  startedAt,
  times,
  marker,
  current,
  picked,
  error,
  fold,
  closed,
  piece,
  href,
  actions,
}: {
  number: number
  line: LogLine | undefined
  /** Its row as it ended, when lines that came later wrote over it. */
  ended: string | undefined
  /** What begins to be written over rows above. */
  redraw: RedrawHead | undefined
  next: LogLine | undefined
  startedAt: number
  times: LogTimes
  marker: RegExp | undefined
  current: boolean
  picked: boolean
  error: boolean
  /** That it begins. */
  fold: Fold | undefined
  closed: boolean
  /** Which part is shown of a line that is too long. */
  piece: number
  href: string
  actions: LineActions
}) {
  const pick = (event: MouseEvent) => {
    // What a browser does with a link itself: open it elsewhere.
    if (event.ctrlKey || event.metaKey) return
    event.preventDefault()
    actions.pick(number, event.shiftKey)
  }
  const looks = [
    'log-line',
    line?.stream,
    current && 'current-match',
    picked && 'picked',
    error && 'with-error',
    fold && 'fold-head',
  ]
  return (
    <div className={looks.filter(Boolean).join(' ')} data-line={number}>
      <a className="log-number" href={href} tabIndex={-1} onClick={pick}>
        {number + 1}
      </a>
      {times !== 'none' && (
        <span className="log-time" title={line && exactLineTime(line, next, startedAt)}>
          {line && lineTime(times, line, next, startedAt)}
        </span>
      )}
      <span className="log-sign">
        {error && <span className="visually-hidden">error: </span>}
        {line && line.stream !== 'stdout' && (
          <span title={STREAM_WORDS[line.stream]}>
            <span aria-hidden>{line.stream === 'stderr' ? '!' : '$'}</span>
            <span className="visually-hidden">{STREAM_WORDS[line.stream]}: </span>
          </span>
        )}
      </span>
      {line && (
        <span className="log-text">
          {fold ? (
            <FoldHead fold={fold} closed={closed} marker={marker} onToggle={actions.toggle} />
          ) : ended !== undefined ? (
            <Text spans={parseAnsi(ended)} marker={marker} reveal={current} />
          ) : line.cut ? (
            <LongLine
              line={line}
              piece={piece}
              marker={marker}
              reveal={current}
              onPiece={actions.showPiece}
            />
          ) : (
            <Text spans={parseAnsi(line.text)} marker={marker} reveal={current} />
          )}
          {redraw && !fold && (
            <button
              type="button"
              className="log-states"
              aria-expanded={redraw.open}
              onClick={() => actions.toggleRedraw(redraw)}
            >
              {redrawWords(redraw)}
            </button>
          )}
          {line.states !== undefined && line.states > 1 && !fold && ended === undefined && (
            <button type="button" className="log-states" onClick={() => actions.showStates(number)}>
              {count(line.states - 1, 'earlier state')}
            </button>
          )}
        </span>
      )}
    </div>
  )
})

function redrawWords({ count: lines, open }: RedrawHead): string {
  if (open) return 'as it ended'
  return lines > 0 ? `${count(lines, 'line')} written over` : 'as it was written'
}

function FoldHead({
  fold,
  closed,
  marker,
  onToggle,
}: {
  fold: Fold
  closed: boolean
  marker: RegExp | undefined
  onToggle: (fold: Fold) => void
}) {
  const { open, close, closedAt, openedAt, errors } = fold
  return (
    <button
      type="button"
      className="log-fold"
      aria-expanded={!closed}
      onClick={() => onToggle(fold)}
    >
      {closed ? <ChevronRight /> : <ChevronDown />}
      <Text spans={parseAnsi(fold.title || 'group')} marker={marker} />
      <small>
        {count(close - open, 'line')}
        {closedAt !== null && closedAt - openedAt >= 100 && `, ${elapsed(closedAt - openedAt)}`}
      </small>
      {errors > 0 && <small className="bad">{count(errors, 'error')}</small>}
    </button>
  )
}

/** Text in its colours, with what a search found in it marked. */
export function Text({
  spans,
  marker,
  reveal = false,
}: {
  spans: readonly AnsiSpan[]
  marker?: RegExp | undefined
  /** Brings the first match into sight, when it is far along the line. */
  reveal?: boolean
}) {
  const first = useRef<HTMLElement>(null)
  const text = reveal ? spans.map(one => one.text).join('') : ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each text.
  useEffect(() => {
    if (reveal) first.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [reveal, text, marker])
  return <>{marker ? marked(spans, marker, first) : spans.map(span)}</>
}

function span(one: AnsiSpan, index: number) {
  if (one.look === '' && one.light === undefined) return one.text
  return (
    <span
      key={index}
      className={`ansi ${one.light ? 'custom ' : ''}${one.look}`}
      style={styleOf(one)}
    >
      {one.text}
    </span>
  )
}

function styleOf({ light, dark, background }: AnsiSpan): CSSProperties | undefined {
  if (light === undefined) return undefined
  return { '--light': light, '--dark': dark, background } as CSSProperties
}

// Marks matches over the whole line, across changes of colour.
function marked(spans: readonly AnsiSpan[], marker: RegExp, first: RefObject<HTMLElement | null>) {
  const text = spans.map(one => one.text).join('')
  const edges = new Set<number>()
  const inside: [number, number][] = []
  for (const match of text.matchAll(marker)) {
    if (match[0] === '') continue
    inside.push([match.index, match.index + match[0].length])
    edges.add(match.index).add(match.index + match[0].length)
  }
  let offset = 0
  return spans.flatMap((one, index) => {
    const start = offset
    offset += one.text.length
    const cuts = [
      start,
      ...[...edges].filter(edge => edge > start && edge < offset).sort((a, b) => a - b),
      offset,
    ]
    return cuts.slice(1).map((end, i) => {
      const from = cuts[i]!
      const part = span({ ...one, text: one.text.slice(from - start, end - start) }, index)
      const hit = inside.some(([a, b]) => from >= a && end <= b)
      const key = `${index} ${i}`
      if (!hit) return <span key={key}>{part}</span>
      return (
        <mark key={key} ref={from === inside[0]![0] ? first : undefined}>
          {part}
        </mark>
      )
    })
  })
}
