import { ChevronRight } from 'lucide-react'
import { Link } from 'wouter'
import type { Builder, TestAnswer } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { useHistory } from '../store/use-history.ts'
import { exact, fineDuration, shortRevision, when } from '../ui/format.ts'
import { Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { OUTCOME_LOOKS, sinceWords } from './test-words.ts'

const MOST_BARS = 120

/** One test of one builder, run by run. */
export function TestHistory({
  builder,
  suite,
  name,
}: {
  builder: Builder
  suite: string
  name: string
}) {
  const { answer, problem, stale } = useHistory('history:test', [
    { builderId: builder.id, suite, name },
  ])
  const shown = stale ? undefined : answer
  const last = shown?.runs[0]
  return (
    <section className="view" aria-label={`Test ${name}`}>
      <header className="test-head">
        <nav className="crumbs" aria-label="Where this is">
          <Link href={`${routes.tests}?${new URLSearchParams({ builder: builder.name })}`}>
            Tests of {builder.name}
          </Link>
          <ChevronRight />
          <span className="cut">{suite || 'no suite'}</span>
        </nav>
        <h1>
          {last && (
            <ResultGlyph look={OUTCOME_LOOKS[last.outcome]} size={18} label={last.outcome} />
          )}
          <span className="mono anywhere">{name}</span>
        </h1>
        {shown && shown.runs.length > 0 && (
          <p className="soft">
            It {sinceWords(shown.runs)}. <Elsewhere elsewhere={shown.elsewhere} />
          </p>
        )}
      </header>
      {problem ? (
        <Empty title="The history of this test could not be had">
          <p>{problem}</p>
        </Empty>
      ) : !shown ? (
        <div className="grow" aria-busy />
      ) : shown.runs.length === 0 ? (
        <Empty title={`${builder.name} has no such test`}>
          <p>At least not in its newest builds. It may have been renamed.</p>
          <Link
            className="button big"
            href={`${routes.tests}?${new URLSearchParams({ builder: builder.name, order: 'name' })}`}
          >
            All tests of {builder.name}
          </Link>
        </Empty>
      ) : (
        <div className="scroll" tabIndex={-1}>
          <Durations runs={shown.runs} />
          <Runs runs={shown.runs} builder={builder} />
        </div>
      )}
    </section>
  )
}

function Elsewhere({ elsewhere }: Pick<TestAnswer, 'elsewhere'>) {
  const builders = useDesk(desk => desk.builders)
  return elsewhere.map(one => {
    const builder = builders.find(other => other.id === one.builderId)
    if (!builder) return null
    return (
      <span key={one.builderId} className="elsewhere">
        <ResultGlyph look={OUTCOME_LOOKS[one.outcome]} size={12} label={one.outcome} />
        <Link className="link" href={routes.build(builder, one)}>
          {builder.name} #{one.number}
        </Link>
      </span>
    )
  })
}

// A bar for each run: as high as it took long, in the look of how it ended. The table has the links.
function Durations({ runs }: { runs: TestAnswer['runs'] }) {
  const shown = runs.slice(0, MOST_BARS).toReversed()
  const longest = Math.max(1, ...shown.map(run => run.durationMs ?? 0))
  const words = `How long each run took, the newest at the right; the longest ${fineDuration(longest)}`
  return (
    <figure className="durations">
      <div role="img" aria-label={words}>
        {shown.map((run, i) => (
          <span
            key={i}
            className={run.outcome}
            title={`#${run.build.number}, ${run.outcome}${run.durationMs === null ? '' : `, ${fineDuration(run.durationMs)}`}`}
          >
            <i style={{ height: `${Math.max(8, ((run.durationMs ?? 0) / longest) * 100)}%` }} />
          </span>
        ))}
      </div>
      <figcaption className="dim" aria-hidden>
        {words}
      </figcaption>
    </figure>
  )
}

function Runs({ runs, builder }: { runs: TestAnswer['runs']; builder: Builder }) {
  const now = useNow(60_000)
  return (
    <table className="table tests-table">
      <thead>
        <tr>
          <th scope="col">Build</th>
          <th scope="col">When</th>
          <th scope="col">Took</th>
          <th scope="col">Revision</th>
          <th scope="col">Slave</th>
          <th scope="col">What it said</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run, i) => (
          <tr key={i}>
            <td>
              <Link className="build-link" href={routes.build(builder, run.build, 'tests')}>
                <ResultGlyph look={OUTCOME_LOOKS[run.outcome]} label={run.outcome} />
                <span>#{run.build.number}</span>
              </Link>
            </td>
            <td title={exact(run.build.startedAt)}>{when(run.build.startedAt, now)}</td>
            <td>{run.durationMs === null ? '' : fineDuration(run.durationMs)}</td>
            <td className="mono">{shortRevision(run.build.revision)}</td>
            <td>{run.build.slave}</td>
            <td className="cut mono soft said" title={run.message}>
              {run.message.split('\n', 1)[0]}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
