import { memo } from 'react'
import type { LogLine } from '../bridge.ts'
import { clockSeconds, exact } from '../ui/format.ts'
import { type AnsiSpan, parseAnsi } from './ansi.ts'

/** One line: its number, how long after the step's beginning it came, and its text in its colours. */
export const LogLineRow = memo(function LogLineRow({
  number,
  line,
  startedAt,
  marker,
  current,
}: {
  number: number
  line: LogLine | undefined
  startedAt: number
  marker: RegExp | undefined
  current: boolean
}) {
  if (!line)
    return (
      <div className="log-line">
        <span className="log-number">{number + 1}</span>
      </div>
    )
  const spans = parseAnsi(line.text)
  return (
    <div className={`log-line ${line.stream}${current ? ' current' : ''}`}>
      <span className="log-number">{number + 1}</span>
      <span className="log-time" title={`${clockSeconds(line.at)}\n${exact(line.at)}`}>
        {elapsed(line.at - startedAt)}
      </span>
      <span className="log-text">
        {marker ? marked(spans, marker) : spans.map(span)}
        {line.cut && <em className="log-cut"> … the rest of this long line is in the download</em>}
      </span>
    </div>
  )
})

function span(one: AnsiSpan, index: number) {
  if (one.look === '' && !one.color && !one.background) return one.text
  return (
    <span key={index} className={one.look} style={{ color: one.color, background: one.background }}>
      {one.text}
    </span>
  )
}

// Marks matches over the whole line, across changes of colour.
function marked(spans: readonly AnsiSpan[], marker: RegExp) {
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
      return hit ? <mark key={key}>{part}</mark> : <span key={key}>{part}</span>
    })
  })
}

function elapsed(ms: number): string {
  const seconds = Math.max(0, ms / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${minutes}:${(seconds - minutes * 60).toFixed(1).padStart(4, '0')}`
}
