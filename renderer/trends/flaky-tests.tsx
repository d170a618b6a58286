import { Link } from 'wouter'
import type { Builder } from '../bridge.ts'
import { routes } from '../store/route.ts'
import { useHistory } from '../store/use-history.ts'
import { OutcomeStrip } from '../tests/outcome-strip.tsx'
import { flakyWords } from '../tests/test-words.ts'

const SHOWN = 5

/** The worst of the flaky tests, whatever builders are looked at. */
export function FlakyTests({ builders }: { builders: readonly Builder[] }) {
  const { answer } = useHistory('history:tests', [
    { builderId: null, search: '', order: 'flaky', limit: SHOWN },
  ])
  if (!answer || answer.builds === 0) return null
  return (
    <section className="chart-card" aria-label="Flaky tests">
      <h2>
        Flaky tests <span className="dim">of the newest {answer.builds} builds with tests</span>
      </h2>
      {answer.tests.length === 0 ? (
        <p className="soft">None.</p>
      ) : (
        <ul className="flaky">
          {answer.tests.map(test => {
            const builder = builders.find(one => one.id === test.builderId) ?? { name: '' }
            return (
              <li key={`${test.builderId} ${test.suite} ${test.name}`}>
                <OutcomeStrip recent={test.recent} />
                <Link className="link mono cut" href={routes.test(builder, test)}>
                  {test.name}
                </Link>
                <span className="soft cut">{builder.name}</span>
                <span className="amber cut">{flakyWords(test)}</span>
              </li>
            )
          })}
        </ul>
      )}
      {answer.more && (
        <Link className="link" href={`${routes.tests}?order=flaky`}>
          All flaky tests
        </Link>
      )}
    </section>
  )
}
