import { useState } from 'react'
import type { BuildDetails } from '../bridge.ts'
import { LeftOut } from '../builds/build-environment.tsx'
import { grouped } from '../builds/environment-words.ts'
import { environmentRows, type FactPair } from './environment-rows.ts'
import { nameOf, PairTable } from './pair-table.tsx'

/** What two builds ran in, as far as it differs or as a whole. */
export function EnvironmentDifferences({ a, b }: { a: BuildDetails; b: BuildDetails }) {
  const [all, setAll] = useState(false)
  const unknown = [a, b].filter(one => one.environment === null)
  if (a.environment === null || b.environment === null)
    return (
      <section>
        <h2>Environment</h2>
        <p className="soft">
          It is not known what {unknown.map(nameOf).join(' and ')} ran in:{' '}
          {unknown.length === 1 ? 'it is' : 'they are'} from before that was kept, or made
          elsewhere.
        </p>
      </section>
    )
  const rows = environmentRows(a.environment, b.environment)
  const shown = all ? rows : rows.filter(row => row.same !== true)
  return (
    <section>
      <div className="compare-title">
        <h2>Environment</h2>
        <label>
          <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> Show all of it
        </label>
      </div>
      {shown.length === 0 ? (
        <p className="soft">Both ran in the same environment.</p>
      ) : (
        <PairTable of="What" a={a} b={b}>
          {grouped(shown).map(({ name, facts }) => (
            <tbody key={name}>
              <tr className="fact-group">
                <th scope="rowgroup" colSpan={3}>
                  {name}
                </th>
              </tr>
              {facts.map(row => (
                <tr key={row.name} className={all && row.same !== true ? 'differs' : undefined}>
                  <td>{row.name}</td>
                  <Value row={row} value={row.a} />
                  <Value row={row} value={row.b} />
                </tr>
              ))}
            </tbody>
          ))}
        </PairTable>
      )}
      <LeftOut environment={a.environment} />
      {a.environment.leftOut === 0 && <LeftOut environment={b.environment} />}
    </section>
  )
}

function Value({ row, value }: { row: FactPair; value: FactPair['a'] }) {
  if (value === undefined) return <td className="dim">not set</td>
  if (typeof value === 'string') return <td className="mono anywhere">{value}</td>
  return <td className="dim">{hiddenWords(row.same)}</td>
}

function hiddenWords(same: FactPair['same']): string {
  if (same === null) return 'hidden; whether it differs is not known'
  return same ? 'hidden, the same' : 'hidden, another value'
}
