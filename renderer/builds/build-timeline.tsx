import { Link } from 'wouter'
import type { BuildDetails, Builder } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { useHistory } from '../store/use-history.ts'
import { bytes, exact, fineDuration } from '../ui/format.ts'
import { LOOK_WORDS } from '../ui/look.ts'
import { Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { type Bar, type InsideModel, insideModel } from './inside.ts'
import './build-timeline.css'

/** The inside of a build as a waterfall of its own: what took how long, and what the end waited for. */
export function BuildTimeline({ details }: { details: BuildDetails }) {
  const { build } = details
  const { answer, problem, stale } = useHistory('history:inside', [build.id])
  const builders = useDesk(desk => desk.builders)
  const now = useNow(1000)
  if (problem)
    return (
      <Empty title="The inside of this build could not be had">
        <p>{problem}</p>
      </Empty>
    )
  if (!answer || stale) return <div aria-busy className="grow" />
  const nameOf = (id: Builder['id']) => builders.find(one => one.id === id)?.name ?? 'a builder'
  const model = insideModel(details, answer, nameOf, now)
  return (
    <div className="inside">
      <Summary model={model} details={details} nameOf={nameOf} />
      <table className="inside-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" className="inside-axis">
              <span className="visually-hidden">When</span>
              {model.ticks.map(tick => (
                <span key={tick.ms} style={{ left: `${tick.at * 100}%` }} aria-hidden>
                  {fineDuration(tick.ms)}
                </span>
              ))}
            </th>
            <th scope="col">Took</th>
            <th scope="col">Usually</th>
            <th scope="col">Log and files</th>
          </tr>
        </thead>
        <tbody>
          {model.bars.map((bar, i) => (
            <Row
              key={bar.key}
              bar={bar}
              model={model}
              first={bar.kind === 'beside' && model.bars[i - 1]!.kind !== 'beside'}
              builder={builders.find(one => one.id === bar.build?.builderId)}
            />
          ))}
        </tbody>
      </table>
      <p className="inside-key dim">
        <i className="critical-key" /> what the end of the build waited for
        <i className="usual-key" /> where a step usually ends
      </p>
    </div>
  )
}

function Summary({
  model,
  details: { build },
  nameOf,
}: {
  model: InsideModel
  details: BuildDetails
  nameOf: (id: Builder['id']) => string
}) {
  const { queuedMs, betweenMs, longest, last } = model
  return (
    <p className="inside-sum">
      Waited <b>{fineDuration(queuedMs)}</b> in the queue
      {longest && (
        <>
          , then <b>{longest.step.name}</b> took {Math.round(longest.share * 100)} % of the build
        </>
      )}
      {betweenMs >= 1000 && <>; {fineDuration(betweenMs)} were spent between steps</>}.
      {last &&
        (last.id === build.id
          ? ` Of all that was asked for together, this build ${build.completeAt === null ? 'still runs' : 'ended last'}.`
          : ` Of all that was asked for together, ${nameOf(last.builderId)} #${last.number} ${last.completeAt === null ? 'still runs' : 'ended last'}.`)}
    </p>
  )
}

function Row({
  bar,
  model,
  first,
  builder,
}: {
  bar: Bar
  model: InsideModel
  first: boolean
  builder: Builder | undefined
}) {
  const { step, build, usualMs } = bar
  const took = bar.to - bar.from
  const slower = usualMs !== null && took > usualMs * 1.5 && took - usualMs > 1000
  return (
    <tr className={first ? 'inside-first' : undefined}>
      <th scope="row">
        <span className="inside-name">
          <ResultGlyph look={bar.look} label={LOOK_WORDS[bar.look]} />
          {build && builder ? (
            <Link className="link cut" href={routes.build(builder, build)}>
              {bar.label}
            </Link>
          ) : (
            <span className="cut">{bar.label}</span>
          )}
          {bar.critical && <span className="visually-hidden">, on the critical path</span>}
        </span>
      </th>
      <td
        className="inside-track"
        title={`${exact(bar.from)}\n${step?.stateString ?? build?.stateString ?? ''}`}
      >
        {model.ticks.map(tick => (
          <s key={tick.ms} style={{ left: `${tick.at * 100}%` }} />
        ))}
        <i
          className={`${bar.kind} ${bar.look}${bar.critical ? ' critical' : ''}${bar.cut ? ' beyond' : ''}`}
          style={{ left: `${bar.left * 100}%`, width: `${(bar.right - bar.left) * 100}%` }}
        />
        {bar.usual !== null && <u style={{ left: `${bar.usual * 100}%` }} />}
      </td>
      <td className="number">{bar.look === 'skipped' ? 'skipped' : fineDuration(took)}</td>
      <td className={`number ${slower ? 'amber' : 'dim'}`}>
        {usualMs === null ? '' : fineDuration(usualMs)}
      </td>
      <td className="number dim">{bar.bytes === null ? '' : bytes(bar.bytes)}</td>
    </tr>
  )
}
