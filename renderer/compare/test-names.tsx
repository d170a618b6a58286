import { Link } from 'wouter'
import type { Builder, TestResult } from '../bridge.ts'
import { routes } from '../store/route.ts'
import type { Look } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { keyOf } from './differences.ts'

const MOST = 50

/** Some tests by name, each leading to its history. */
export function TestNames({
  title,
  tests,
  look,
  builder,
}: {
  title: string
  tests: readonly TestResult[]
  look: Look
  builder: Builder
}) {
  if (tests.length === 0) return null
  return (
    <>
      <h3 className="caps">
        {title} <span className="dim">{tests.length}</span>
      </h3>
      <ul className="test-names">
        {tests.slice(0, MOST).map(test => (
          <li key={keyOf(test)}>
            <ResultGlyph look={look} size={12} />
            <Link className="link mono cut" href={routes.test(builder, test)} title={test.message}>
              {test.name}
            </Link>
            <span className="dim cut">{test.suite}</span>
          </li>
        ))}
      </ul>
      {tests.length > MOST && <p className="dim">and {tests.length - MOST} more</p>}
    </>
  )
}
