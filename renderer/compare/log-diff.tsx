import { useState } from 'react'
import type { Log } from '../bridge.ts'
import { count, number } from '../ui/format.ts'
import type { DiffGap, DiffRow } from './diff-lines.ts'
import { COMPARED_LINES, useLogDiff } from './use-log-diff.ts'

/** How one log differs from another: `a` is the one that is looked at, `b` what it is compared with. */
export function LogDiffView({ a, b }: { a: Log; b: Log }) {
  const [loose, setLoose] = useState(true)
  const state = useLogDiff(a, b, loose)
  const long = Math.max(a.lineCount, b.lineCount) > COMPARED_LINES
  return (
    <div className="log-diff">
      <p className="log-diff-tools">
        <label>
          <input
            type="checkbox"
            checked={loose}
            onChange={event => setLoose(event.target.checked)}
          />{' '}
          Numbers may differ
        </label>
        <span className="soft" role="status">
          {state.kind === 'busy' && 'comparing'}
          {state.kind === 'apart' &&
            'These logs have too little in common to be compared line by line.'}
          {state.kind === 'problem' && `They can’t be compared: ${state.message}`}
          {state.kind === 'done' &&
            (state.diff.onlyA + state.diff.onlyB === 0
              ? 'No line differs.'
              : `${count(state.diff.onlyA, 'line')} only here, ${number(state.diff.onlyB)} only there`)}
        </span>
        {long && <span className="amber">the last {number(COMPARED_LINES)} lines of each</span>}
      </p>
      {state.kind === 'done' && state.diff.onlyA + state.diff.onlyB > 0 && (
        <div
          className="log-diff-lines mono"
          tabIndex={0}
          role="region"
          aria-label="Lines that differ"
        >
          {state.diff.rows.map((row, i) => (
            <Row key={i} row={row} firstA={state.firstA} firstB={state.firstB} />
          ))}
          {state.diff.cut && <p className="diff-gap">and more differences below</p>}
        </div>
      )}
    </div>
  )
}

const SIGNS = { same: ' ', 'only-a': '+', 'only-b': '−' } as const
const WORDS = { same: '', 'only-a': 'only here: ', 'only-b': 'only there: ' } as const

function Row({ row, firstA, firstB }: { row: DiffRow | DiffGap; firstA: number; firstB: number }) {
  if (row.kind === 'gap') return <p className="diff-gap">{count(row.count, 'equal line')}</p>
  return (
    <p className={`diff-line ${row.kind}`}>
      <span className="diff-number" aria-hidden>
        {row.b === null ? '' : firstB + row.b + 1}
      </span>
      <span className="diff-number" aria-hidden>
        {row.a === null ? '' : firstA + row.a + 1}
      </span>
      <span className="diff-sign" aria-hidden>
        {SIGNS[row.kind]}
      </span>
      <span className="visually-hidden">{WORDS[row.kind]}</span>
      <span className="diff-text">{row.text || ' '}</span>
    </p>
  )
}
