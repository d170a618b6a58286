import { Search } from 'lucide-react'
import { Link } from 'wouter'
import type { Builder, TestSummary } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { useHistory } from '../store/use-history.ts'
import { useQuery } from '../store/use-query.ts'
import { count, fineDuration } from '../ui/format.ts'
import { Empty, Segments } from '../ui/parts.tsx'
import { OutcomeStrip } from './outcome-strip.tsx'
import { TestHistory } from './test-history.tsx'
import { flakyWords } from './test-words.ts'
import './tests.css'

const ORDERS = [
  { value: 'flaky', label: 'Flaky' },
  { value: 'failing', label: 'Failing' },
  { value: 'slow', label: 'Slowest' },
  { value: 'name', label: 'All' },
] as const
type Order = (typeof ORDERS)[number]['value']
const MOST_ROWS = 300

/** Tests over many builds; or one of them, when the address names it. */
export function TestsView() {
  const [query, choose] = useQuery(routes.tests)
  const builders = useDesk(desk => desk.builders)
  const builder = builders.find(one => one.name === query.get('builder'))
  const test = query.get('test')
  if (test !== null && builder)
    return (
      <TestHistory
        builder={builder}
        suite={(query.get('suite') ?? '').slice(0, 1000)}
        name={test.slice(0, 1000)}
      />
    )
  const order = ORDERS.find(one => one.value === query.get('order'))?.value ?? 'flaky'
  const search = (query.get('search') ?? '').slice(0, 200)
  return (
    <section className="view" aria-label="Tests">
      <div className="tools">
        <h1>Tests</h1>
        <Segments
          label="Which tests"
          choices={ORDERS}
          value={order}
          onChange={value => choose({ order: value })}
        />
        <span className="search-field">
          <Search aria-hidden />
          <input
            className="input"
            type="search"
            aria-label="Part of a test’s name"
            placeholder="Part of a name"
            value={search}
            onChange={event => choose({ search: event.target.value || null })}
          />
        </span>
        <span className="grow" />
        <select
          className="input choice"
          aria-label="Builder"
          value={builder?.name ?? ''}
          onChange={event => choose({ builder: event.target.value || null })}
        >
          <option value="">All builders</option>
          {builders.map(one => (
            <option key={one.id}>{one.name}</option>
          ))}
        </select>
      </div>
      <TestTable
        builder={builder}
        order={order}
        search={search}
        onAll={() => choose({ order: 'name', search: null, builder: null })}
      />
    </section>
  )
}

function TestTable({
  builder,
  order,
  search,
  onAll,
}: {
  builder: Builder | undefined
  order: Order
  search: string
  onAll: () => void
}) {
  const { answer, problem, stale } = useHistory('history:tests', [
    { builderId: builder?.id ?? null, search, order, limit: MOST_ROWS },
  ])
  const builders = useDesk(desk => desk.builders)
  if (problem)
    return (
      <Empty title="The tests could not be had">
        <p>{problem}</p>
      </Empty>
    )
  if (!answer) return <div className="grow" aria-busy />
  if (answer.tests.length === 0)
    return <NoTests builds={answer.builds} order={order} search={search} onAll={onAll} />
  return (
    <div className="scroll" aria-busy={stale} tabIndex={-1}>
      <p className="tests-sum soft">
        {answer.more ? `The first ${MOST_ROWS} tests` : count(answer.tests.length, 'test')} of the
        newest {count(answer.builds, 'build')} with tests
      </p>
      <table className="table tests-table">
        <thead>
          <tr>
            <th scope="col">Test</th>
            {!builder && <th scope="col">Builder</th>}
            <th scope="col">Runs, newest at the right</th>
            <th scope="col">Failed</th>
            <th scope="col">Usually</th>
            <th scope="col">Slowest</th>
            <th scope="col">Why flaky</th>
          </tr>
        </thead>
        <tbody>
          {answer.tests.map(test => (
            <Row
              key={`${test.builderId} ${test.suite} ${test.name}`}
              test={test}
              owner={builders.find(one => one.id === test.builderId)}
              named={!builder}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({
  test,
  owner,
  named,
}: {
  test: TestSummary
  owner: Builder | undefined
  named: boolean
}) {
  return (
    <tr>
      <td className="test-name">
        <Link className="link mono cut" href={routes.test(owner ?? { name: '' }, test)}>
          {test.name}
        </Link>
        {test.suite && <small className="cut dim">{test.suite}</small>}
      </td>
      {named && <td>{owner?.name}</td>}
      <td>
        <OutcomeStrip recent={test.recent} />
      </td>
      <td className={test.failed > 0 ? 'bad' : 'dim'}>
        {test.failed} of {test.runs}
      </td>
      <td>{test.medianMs === null ? '' : fineDuration(test.medianMs)}</td>
      <td>{test.slowestMs === null ? '' : fineDuration(test.slowestMs)}</td>
      <td className="amber">{flakyWords(test)}</td>
    </tr>
  )
}

function NoTests({
  builds,
  order,
  search,
  onAll,
}: {
  builds: number
  order: Order
  search: string
  onAll: () => void
}) {
  if (builds === 0)
    return (
      <Empty title="No test results yet">
        <p>
          A step such as <code className="mono">- test: npm test</code> reads them from the output
          of the usual test runners and from JUnit XML files. Its tests show up here after the first
          build.
        </p>
        <Link className="button big" href={routes.settings}>
          Show master.yml
        </Link>
      </Empty>
    )
  const looked = `the newest ${count(builds, 'build')} with tests`
  const words: Record<Order, readonly [string, string]> = {
    flaky: ['No test is flaky', `None passed and failed on one revision in ${looked}.`],
    failing: ['No test failed', `All that ran in ${looked} passed.`],
    slow: ['Nothing was measured', 'The test results do not say how long each test took.'],
    name: ['No tests', `None ran in ${looked}.`],
  }
  const [title, why] =
    search === ''
      ? words[order]
      : [`No such test is called “${search}”`, `Names and suites of ${looked} were looked through.`]
  return (
    <Empty title={title}>
      <p>{why}</p>
      {(order !== 'name' || search !== '') && (
        <button type="button" className="button big" onClick={onAll}>
          Show all tests
        </button>
      )}
    </Empty>
  )
}
