import { FlaskConical, Table2, X } from 'lucide-react'
import { Link } from 'wouter'
import type { Builder, BuilderId, Trends } from '../bridge.ts'
import { useForceDialog } from '../builds/force-dialog.tsx'
import { useDesk, useNow } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'
import { useHistory } from '../store/use-history.ts'
import { useQuery } from '../store/use-query.ts'
import { clock, dayMonth } from '../ui/format.ts'
import { Empty, Segments } from '../ui/parts.tsx'
import { RANGES, type Range, rangeIn, rangeOf } from '../ui/range.ts'
import { Chart } from './chart.tsx'
import { FlakyTests } from './flaky-tests.tsx'
import { describeSeries, MEASURES, type Measure, seriesOf } from './measures.ts'
import { SeriesMark } from './series-mark.tsx'
import './trends.css'

/** As many lines as can be told apart. */
const MOST_LINES = 6

/** How builders fare over time. */
export function TrendsView() {
  const [query, choose] = useQuery(routes.trends)
  const builders = useDesk(desk => desk.builders)
  const range = rangeIn(query.get('range'))
  const named = query
    .getAll('builder')
    .flatMap(name => builders.find(one => one.name === name) ?? [])
    .slice(0, MOST_LINES)
  const asTable = query.get('as') === 'table'
  const { answer, span, problem, stale } = useTrends(range, named)
  const shown = (answer?.builders ?? []).flatMap(id => builders.find(one => one.id === id) ?? [])
  const show = (list: readonly Builder[]) => choose({ builder: list.map(one => one.name) })
  return (
    <section className="view" aria-label="Trends">
      <div className="tools">
        <h1>Trends</h1>
        <Segments
          label="How far back"
          choices={RANGES}
          value={range}
          onChange={value => choose({ range: value })}
        />
        <span className="grow" />
        <Link className="button" href={routes.tests}>
          <FlaskConical />
          Flaky and slow tests
        </Link>
        <button
          type="button"
          className="button"
          aria-pressed={asTable}
          onClick={() => choose({ as: asTable ? null : 'table' })}
        >
          <Table2 />
          As tables
        </button>
        <AddBuilder
          builders={builders.filter(builder => !shown.includes(builder))}
          full={shown.length >= MOST_LINES}
          onAdd={builder => show([...shown, builder])}
        />
      </div>
      {problem ? (
        <Empty title="The trends could not be had">
          <p>{problem}</p>
        </Empty>
      ) : !answer ? (
        <div className="grow" aria-busy />
      ) : answer.beginning === null || answer.points.length === 0 ? (
        <NoTrends none={answer.beginning === null} onAll={() => choose({ range: 'all' })} />
      ) : (
        // Whoever has no mouse scrolls it, too.
        <div className="scroll" aria-busy={stale} tabIndex={0} role="region" aria-label="Charts">
          <ul className="series" aria-label="Builders">
            {shown.map((builder, i) => (
              <li key={builder.id} className="chip">
                <SeriesMark index={i} />
                {builder.name}
                <button
                  type="button"
                  className="chip-button"
                  aria-label={`Leave out ${builder.name}`}
                  disabled={shown.length === 1}
                  onClick={() => show(shown.filter(one => one !== builder))}
                >
                  <X />
                </button>
              </li>
            ))}
          </ul>
          <div className="charts">
            {MEASURES.map(measure => (
              <Card
                key={measure.id}
                measure={measure}
                answer={answer}
                builders={shown}
                span={span}
                asTable={asTable}
              />
            ))}
          </div>
          <FlakyTests builders={builders} />
        </div>
      )}
    </section>
  )
}

function Card({
  measure,
  answer,
  builders,
  span,
  asTable,
}: {
  measure: Measure
  answer: Trends
  builders: readonly Builder[]
  span: Range
  asTable: boolean
}) {
  const lines = builders.map(({ id, name }) => ({
    name,
    values: seriesOf(answer.points, id, span.parts, measure),
  }))
  const when = (moment: number) =>
    (span.partMs < 86_400_000 && span.parts === 24 ? clock : dayMonth)(moment)
  return (
    <section className="chart-card" aria-label={measure.title}>
      <h2>
        {measure.title} <span className="dim">{measure.of}</span>
      </h2>
      {asTable ? (
        <ValueTable lines={lines} span={span} measure={measure} when={when} />
      ) : (
        <Chart
          lines={lines}
          from={span.from}
          partMs={span.partMs}
          scale={measure}
          words={measure.words}
          when={when}
          label={`${measure.title}. ${lines.map(line => describeSeries(line.name, line.values, measure)).join('; ')}`}
          onPick={moment => go(`${routes.waterfall}?at=${new Date(moment).toISOString()}`)}
        />
      )}
    </section>
  )
}

// Newest first, and only parts in which something was built.
function ValueTable({
  lines,
  span,
  measure,
  when,
}: {
  lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
  span: Range
  measure: Measure
  when: (moment: number) => string
}) {
  const parts = Array.from({ length: span.parts }, (_, part) => part)
    .filter(part => lines.some(line => line.values[part] !== null))
    .reverse()
  return (
    <div
      className="chart-table"
      tabIndex={0}
      role="region"
      aria-label={`${measure.title}, as a table`}
    >
      <table className="table">
        <thead>
          <tr>
            <th scope="col">From</th>
            {lines.map(line => (
              <th key={line.name} scope="col">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parts.map(part => (
            <tr key={part}>
              <td>{when(span.from + part * span.partMs)}</td>
              {lines.map(({ name, values }) => {
                const value = values[part] ?? null
                return <td key={name}>{value === null ? '' : measure.words(value)}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function AddBuilder({
  builders,
  full,
  onAdd,
}: {
  builders: readonly Builder[]
  full: boolean
  onAdd: (builder: Builder) => void
}) {
  return (
    <select
      className="input choice"
      aria-label="Add a builder"
      value=""
      disabled={full || builders.length === 0}
      onChange={event => {
        const builder = builders.find(one => one.name === event.target.value)
        if (builder) onAdd(builder)
      }}
    >
      <option value="">{full ? `${MOST_LINES} at most` : 'Add a builder'}</option>
      {builders.map(one => (
        <option key={one.id}>{one.name}</option>
      ))}
    </select>
  )
}

function NoTrends({ none, onAll }: { none: boolean; onAll: () => void }) {
  const force = useForceDialog()
  return (
    <Empty title={none ? 'No builds yet' : 'Nothing was built in this time'}>
      <p>
        {none
          ? 'How long builds take, how long they wait and how many are good is shown here once there are some.'
          : 'Look further back, or at other builders.'}
      </p>
      <button type="button" className="button big" onClick={none ? () => force() : onAll}>
        {none ? 'Force a build' : 'Look at all of history'}
      </button>
    </Empty>
  )
}

// All of history can only be divided once it is known when it began.
function useTrends(range: ReturnType<typeof rangeIn>, named: readonly Builder[]) {
  const now = useNow(60_000)
  const offsetMs = -new Date(now).getTimezoneOffset() * 60_000
  const begun = useHistory('history:beginning', range === 'all' ? [] : null)
  const span = rangeOf(range, now, offsetMs, begun.answer)
  const told = useHistory(
    'history:trends',
    range === 'all' && begun.answer === undefined
      ? null
      : [{ from: span.from, to: span.to, parts: span.parts, builders: named.map(idOf) }],
  )
  // An answer to another range must not be drawn on this one's scale.
  return { ...told, span, answer: told.stale ? undefined : told.answer }
}

function idOf({ id }: Builder): BuilderId {
  return id
}
