import { ArrowLeftRight } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { type BuildDetails, type BuildId, bridge } from '../bridge.ts'
import { ChangeList } from '../builds/change-list.tsx'
import { useDetails } from '../builds/use-details.ts'
import { useNow } from '../store/hooks.ts'
import { type BuildAddress, buildIn, go, routes } from '../store/route.ts'
import { useHistory } from '../store/use-history.ts'
import { count, fineDuration, when } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { headline } from '../waterfall/build-panel.tsx'
import { decidingStep } from '../waterfall/model.ts'
import { pairSteps, propertyDifferences, type StepPair, testDifferences } from './differences.ts'
import { EnvironmentDifferences } from './environment-differences.tsx'
import { LogDiffView } from './log-diff.tsx'
import { nameOf, PairTable } from './pair-table.tsx'
import { TestNames } from './test-names.tsx'
import './compare.css'

/** Two builds side by side: what is other in the first. */
export function CompareView({ a, b }: { a: string; b: string }) {
  const first = useAddress(a)
  const second = useAddress(b)
  const [one, other] = [useDetails(first.id), useDetails(second.id)]
  const problem = first.problem ?? second.problem ?? one.problem ?? other.problem
  if (problem)
    return (
      <Empty title="These builds can’t be compared">
        <p>{problem}</p>
        <Link className="button big" href={routes.builds}>
          All builds
        </Link>
      </Empty>
    )
  if (!one.details || !other.details) return <section className="view" aria-busy />
  return <Comparison a={one.details} b={other.details} />
}

interface Found {
  readonly id: BuildId | null
  readonly problem: string | undefined
}

const NOT_YET: Found = { id: null, problem: undefined }

/** Which build an address means. Anybody may write one. */
function useAddress(part: string): Found {
  const [found, setFound] = useState<Found & { part: string }>()
  useEffect(() => {
    const address = buildIn(part)
    const say = (next: Found) => setFound({ ...next, part })
    if (!address) {
      say({ id: null, problem: `“${part.slice(0, 100)}” names no build; one is named as calc:12.` })
      return
    }
    bridge.request('build:byNumber', address).then(
      id => say({ id, problem: undefined }),
      (error: Error) => say({ id: null, problem: error.message }),
    )
  }, [part])
  return found?.part === part ? found : NOT_YET
}

function Comparison({ a, b }: { a: BuildDetails; b: BuildDetails }) {
  return (
    <section className="view compare" aria-label="Comparison of two builds">
      <div className="tools">
        <h1>Compare</h1>
        <Side details={a} />
        <span className="dim">with</span>
        <Side details={b} />
        <span className="grow" />
        <button
          type="button"
          className="button"
          onClick={() => go(routes.compare(addressOf(b), addressOf(a)))}
        >
          <ArrowLeftRight />
          Swap
        </button>
      </div>
      <div className="scroll compare-body" tabIndex={-1}>
        <p className="compare-heads soft">
          <span>
            {nameOf(a)}: {headline(a)}
          </span>
          <span>
            {nameOf(b)}: {headline(b)}
          </span>
        </p>
        <div className="compare-columns">
          <div>
            <Changes a={a} b={b} />
            <Tests a={a} b={b} />
          </div>
          <div>
            <Steps a={a} b={b} />
            <EnvironmentDifferences a={a} b={b} />
            <DifferentProperties a={a} b={b} />
          </div>
        </div>
        <Logs a={a} b={b} />
      </div>
    </section>
  )
}

function Side({ details }: { details: BuildDetails }) {
  const { build, builder } = details
  const now = useNow(60_000)
  const look = lookOf(build.results)
  return (
    <Link className="build-link" href={routes.build(builder, build)}>
      <ResultGlyph look={look} label={LOOK_WORDS[look]} />
      <b className="cut">{builder.name}</b>
      <span className="soft">
        #{build.number}, {when(build.startedAt, now)}
      </span>
    </Link>
  )
}

function Changes({ a, b }: { a: BuildDetails; b: BuildDetails }) {
  const { answer } = useHistory('history:between', [{ a: a.build.id, b: b.build.id }])
  return (
    <section>
      <h2>Changes</h2>
      {answer?.kind === 'same' && <p className="soft">Both built the same revision.</p>}
      {answer?.kind === 'apart' && (
        <p className="soft">
          They are of different branches or projects, or of revisions that no change is known of.
        </p>
      )}
      {(answer?.kind === 'added' || answer?.kind === 'removed') && (
        <>
          <p className="soft">
            {answer.cut ? 'The newest of more than ' : ''}
            {count(answer.changes.length, 'change')} that{' '}
            {answer.kind === 'added'
              ? `${nameOf(a)} holds and ${nameOf(b)} does not`
              : `${nameOf(b)} holds and ${nameOf(a)} does not`}
            .
          </p>
          <ChangeList changes={answer.changes.toReversed()} />
        </>
      )}
    </section>
  )
}

function Tests({ a, b }: { a: BuildDetails; b: BuildDetails }) {
  const { broken, fixed, still } = testDifferences(a.tests, b.tests)
  const none = a.tests.length === 0 && b.tests.length === 0
  return (
    <section>
      <h2>Tests</h2>
      {none ? (
        <p className="soft">Neither build has test results.</p>
      ) : broken.length + fixed.length + still.length === 0 ? (
        <p className="soft">No test failed in either.</p>
      ) : (
        <>
          <TestNames title="Fail now" tests={broken} look="failure" builder={a.builder} />
          <TestNames title="Fixed" tests={fixed} look="success" builder={a.builder} />
          <TestNames title="Fail in both" tests={still} look="failure" builder={a.builder} />
        </>
      )}
    </section>
  )
}

function Steps({ a, b }: { a: BuildDetails; b: BuildDetails }) {
  const now = useNow(1000)
  const pairs = pairSteps(a.steps, b.steps)
  const took = (step: StepPair['a']) =>
    step === undefined ? 0 : (step.completeAt ?? now) - step.startedAt
  const longest = Math.max(1, ...pairs.flatMap(pair => [took(pair.a), took(pair.b)]))
  return (
    <section>
      <h2>Steps</h2>
      <table className="compare-steps">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">{nameOf(a)}</th>
            <th scope="col">{nameOf(b)}</th>
            <th scope="col">Difference</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair, i) => (
            <tr key={i}>
              <th scope="row" className="cut">
                {pair.name}
              </th>
              {[pair.a, pair.b].map((step, side) => (
                <td key={side}>
                  {step ? (
                    <span className="compare-step">
                      <ResultGlyph
                        look={lookOf(step.results)}
                        label={LOOK_WORDS[lookOf(step.results)]}
                      />
                      <span className="compare-bar" aria-hidden>
                        <i style={{ width: `${(took(step) / longest) * 100}%` }} />
                      </span>
                      {fineDuration(took(step))}
                    </span>
                  ) : (
                    <span className="dim">not there</span>
                  )}
                </td>
              ))}
              <td className="number">{differenceWords(pair, took)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function differenceWords(pair: StepPair, took: (step: StepPair['a']) => number): string {
  if (!pair.a || !pair.b) return ''
  const ms = took(pair.a) - took(pair.b)
  if (Math.abs(ms) < 1) return 'same'
  return `${fineDuration(Math.abs(ms))} ${ms > 0 ? 'longer' : 'shorter'}`
}

function DifferentProperties({ a, b }: { a: BuildDetails; b: BuildDetails }) {
  const known = a.environment !== null && b.environment !== null
  const list = propertyDifferences(a.properties, b.properties, !known)
  return (
    <section>
      <h2>Properties</h2>
      {list.length === 0 ? (
        <p className="soft">All properties are the same.</p>
      ) : (
        <PairTable of="Property" a={a} b={b}>
          <tbody>
            {list.map(one => (
              <tr key={one.name}>
                <td>{one.name}</td>
                {[one.a, one.b].map((value, i) => (
                  <td key={i} className="mono anywhere">
                    {value ?? <span className="dim">not set</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </PairTable>
      )}
    </section>
  )
}

function Logs({ a, b }: { a: BuildDetails; b: BuildDetails }) {
  const pairs = pairSteps(a.steps, b.steps).flatMap(pair => {
    const log = logOf(a, pair.a?.id)
    const other = logOf(b, pair.b?.id)
    return log && other && pair.a ? [{ step: pair.a, log, other }] : []
  })
  const [picked, setPicked] = useState<number>()
  const deciding = decidingStep(a.build, a.steps) ?? decidingStep(b.build, b.steps)
  const pair =
    pairs.find(one => one.step.id === picked) ??
    pairs.find(one => one.step.name === deciding?.name) ??
    pairs.at(-1)
  return (
    <section className="compare-logs">
      <h2>Logs</h2>
      {pair ? (
        <>
          <fieldset className="log-choice" aria-label="Step whose log is compared">
            {pairs.map(one => (
              <button
                key={one.step.id}
                type="button"
                className="chip"
                aria-pressed={one === pair}
                onClick={() => setPicked(one.step.id)}
              >
                {one.step.name}
              </button>
            ))}
          </fieldset>
          <LogDiffView key={`${pair.log.id} ${pair.other.id}`} a={pair.log} b={pair.other} />
        </>
      ) : (
        <p className="soft">They have no step in common that wrote a log.</p>
      )}
    </section>
  )
}

function logOf({ logs }: BuildDetails, stepId: number | undefined) {
  const own = logs.filter(log => log.stepId === stepId)
  return own.find(log => log.name === 'stdio') ?? own[0]
}

function addressOf({ build, builder }: BuildDetails): BuildAddress {
  return { builder: builder.name, number: build.number }
}
