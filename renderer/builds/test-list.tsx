import { useState } from 'react'
import { Link } from 'wouter'
import type { BuildDetails } from '../bridge.ts'
import { routes } from '../store/route.ts'
import { OUTCOME_LOOKS } from '../tests/test-words.ts'
import { count } from '../ui/format.ts'
import { Empty, Segments } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'

const MOST_ROWS = 2000

/** Test results, failed ones first. */
export function TestList({ details }: { details: BuildDetails }) {
  const { tests, steps, builder } = details
  const failed = tests.some(test => test.outcome === 'failed')
  const [shown, setShown] = useState<'failed' | 'all'>(failed ? 'failed' : 'all')
  if (tests.length === 0) {
    const counted = countedIn(steps)
    return counted > 0 ? (
      <Empty title={`${count(counted, 'test')} without a name`}>
        <p>
          The tests were counted and not named. The log of the step says how to get their names.
        </p>
      </Empty>
    ) : (
      <Empty title="No test results">
        <p>
          A step such as <code className="mono">- test: npm test</code> reads them from the output
          of the usual test runners and from JUnit XML files.
        </p>
      </Empty>
    )
  }
  const list = tests
    .filter(test => shown === 'all' || test.outcome === 'failed')
    .slice(0, MOST_ROWS)
  return (
    <>
      <div className="test-tools">
        <Segments
          label="Which tests"
          choices={[
            { value: 'failed', label: 'Failed' },
            { value: 'all', label: 'All' },
          ]}
          value={shown}
          onChange={setShown}
        />
        <span className="dim">{count(list.length, 'test')}</span>
      </div>
      <ul className="test-list">
        {list.map((test, i) => (
          <li key={i}>
            <ResultGlyph look={OUTCOME_LOOKS[test.outcome]} label={test.outcome} />
            <div className="grow">
              <div>
                <Link className="mono test-link" href={routes.test(builder, test)}>
                  {test.name}
                </Link>{' '}
                <span className="dim">
                  {test.suite || steps.find(step => step.id === test.stepId)?.name}
                </span>
              </div>
              {test.message && <pre>{test.message}</pre>}
            </div>
            {test.durationMs !== null && (
              <span className="dim">{Math.round(test.durationMs)} ms</span>
            )}
          </li>
        ))}
      </ul>
      {list.length === 0 && <p className="padded soft">None failed.</p>}
    </>
  )
}

/** Some runners only count what passed. */
function countedIn(steps: BuildDetails['steps']): number {
  let counted = 0
  for (const { tests } of steps) if (tests) counted += tests.passed + tests.failed + tests.skipped
  return counted
}
