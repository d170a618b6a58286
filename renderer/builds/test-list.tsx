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
  if (tests.length === 0)
    return (
      <Empty title="No test results">
        <p>
          A step such as <code className="mono">- test: npm test</code> reads TAP from the output
          and JUnit XML files.
        </p>
      </Empty>
    )
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
