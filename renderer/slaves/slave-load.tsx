import { Link } from 'wouter'
import type { Slave, VitalsPart } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { useHistory } from '../store/use-history.ts'
import { useQuery } from '../store/use-query.ts'
import { bytes, clock, count, dayMonth, when } from '../ui/format.ts'
import { Empty, Segments } from '../ui/parts.tsx'
import { RANGES, type Range, rangeIn, rangeOf } from '../ui/range.ts'
import { type LoadBars, loadBars } from './load-bars.ts'
import { machinePath, machineSum } from './machine-line.ts'

const SHOWN = RANGES.filter(range => ['day', 'week', 'month'].includes(range.value))

// Points of the line. Finer ones are not kept.
const MACHINE_PARTS = 240

/** How busy each slave was, on one axis of time, the picked one among the others. */
export function SlaveLoadTab({ slave }: { slave: Slave }) {
  const [query, choose] = useQuery(routes.slave(slave.name, 'load'))
  const name = query.get('range') === null ? 'day' : rangeIn(query.get('range'))
  const slaves = useDesk(desk => desk.slaves).filter(one => one.active)
  const now = useNow(60_000)
  const range = rangeOf(name, now, -new Date(now).getTimezoneOffset() * 60_000, undefined)
  const { answer, problem } = useHistory('history:load', [
    { from: range.from, to: range.to, parts: range.parts, now },
  ])
  const machines = useHistory('history:vitals', [
    { from: range.from, to: range.to, parts: MACHINE_PARTS },
  ])
  if (problem)
    return (
      <Empty title="The load could not be had">
        <p>{problem}</p>
      </Empty>
    )
  if (!answer) return <div aria-busy className="grow" />
  const ordered = [slave, ...slaves.filter(one => one.id !== slave.id)]
  return (
    <div className="slave-load scroll" tabIndex={-1}>
      <p className="slave-load-tools">
        <Segments
          label="How far back"
          choices={SHOWN}
          value={name}
          onChange={value => choose({ range: value })}
        />
        <span className="soft">
          bars: busy with builds, of all its slots; line: the processor of its machine, whoever uses
          it
        </span>
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Slave</th>
            <th scope="col">
              <span className="visually-hidden">Busy over time</span>
              <Ticks range={range} />
            </th>
            <th scope="col">Busy</th>
            <th scope="col">Builds</th>
            <th scope="col">Processor</th>
            <th scope="col" title="at the most">
              Memory
            </th>
            <th scope="col" title="at the least">
              Disk free
            </th>
          </tr>
        </thead>
        <tbody>
          {ordered.map(one => (
            <Row
              key={one.id}
              slave={one}
              load={loadBars(answer, one, range, now)}
              machine={(machines.answer ?? []).filter(point => point.slave === one.name)}
              range={range}
              picked={one.id === slave.id}
              query={query.toString()}
            />
          ))}
        </tbody>
      </table>
      {answer.length === 0 && (
        <p className="soft padded">
          No slave built anything in this time. A build begins when something is committed, or when
          you force one.
        </p>
      )}
    </div>
  )
}

function Row({
  slave,
  load,
  machine,
  range,
  picked,
  query,
}: {
  slave: Slave
  load: LoadBars
  machine: readonly VitalsPart[]
  range: Range
  picked: boolean
  query: string
}) {
  const now = useNow(60_000)
  const { bars, share, builds, busiest } = load
  const percent = percentWords(share)
  const sum = machineSum(machine)
  return (
    <tr className={picked ? 'picked' : undefined}>
      <th scope="row">
        <Link
          className="link cut"
          href={`${routes.slave(slave.name, 'load')}${query && `?${query}`}`}
          aria-current={picked ? 'true' : undefined}
        >
          {slave.name}
        </Link>
      </th>
      <td>
        <svg
          className="load-bars"
          viewBox={`0 0 ${range.parts} 1`}
          preserveAspectRatio="none"
          role="img"
          aria-label={
            busiest
              ? `${slave.name}: busy ${percent}, most at ${when(busiest.from, now)} with ${Math.round(busiest.share * 100)} %`
              : `${slave.name}: built nothing`
          }
        >
          {bars.map((bar, part) =>
            bar.share > 0 ? (
              <rect
                key={part}
                x={part + 0.08}
                width={0.84}
                y={1 - Math.max(0.04, bar.share)}
                height={Math.max(0.04, bar.share)}
              >
                <title>{`${when(bar.from, now)}: ${Math.round(bar.share * 100)} %, ${count(bar.builds, 'build')} began`}</title>
              </rect>
            ) : null,
          )}
          <path className="machine-line" d={machinePath(machine, MACHINE_PARTS, range.parts)} />
        </svg>
      </td>
      <td>{percent}</td>
      <td>{builds}</td>
      <td title={sum.most === null ? undefined : `at most ${percentWords(sum.most)}`}>
        {sum.mean === null ? UNKNOWN : percentWords(sum.mean)}
      </td>
      <td>{sum.memory === null ? UNKNOWN : percentWords(sum.memory)}</td>
      <td>{sum.diskFree === null ? UNKNOWN : bytes(sum.diskFree)}</td>
    </tr>
  )
}

const UNKNOWN = <span className="dim">not known</span>

function percentWords(share: number): string {
  return share > 0 && share < 0.005 ? 'under 1 %' : `${Math.round(share * 100)} %`
}

const TICKS = 6

function Ticks({ range: { from, partMs, parts } }: { range: Range }) {
  const words = partMs * parts <= 86_400_000 ? clock : dayMonth
  return (
    <span className="load-ticks" aria-hidden>
      {Array.from({ length: TICKS }, (_, i) => (
        <span key={i}>{words(from + Math.round((i * parts) / TICKS) * partMs)}</span>
      ))}
    </span>
  )
}
