import type { Environment } from '../bridge.ts'
import { count } from '../ui/format.ts'
import { grouped, valueText } from './environment-words.ts'

/** What a build ran in. */
export function BuildEnvironment({ environment }: { environment: Environment | null }) {
  return (
    <section className="build-environment" aria-labelledby="environment-of-build">
      <h2 id="environment-of-build">Environment</h2>
      {environment ? (
        <>
          <p className="soft">
            As it was when the build began. Values that look like secrets are not kept.
          </p>
          {grouped(environment.facts).map(({ name, facts }) => (
            <section key={name}>
              <h3 className="caps">{name}</h3>
              <dl className="facts">
                {facts.map(fact => (
                  <div key={fact.name}>
                    <dt>{fact.name}</dt>
                    <dd className={typeof fact.value === 'string' ? 'mono anywhere' : 'dim'}>
                      {valueText(fact)}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <LeftOut environment={environment} />
        </>
      ) : (
        <p className="soft">{NO_ENVIRONMENT}</p>
      )}
    </section>
  )
}

const NO_ENVIRONMENT =
  'It is not known what this build ran in: it is from before that was kept, or was made elsewhere.'

export function LeftOut({ environment }: { environment: Environment }) {
  if (environment.leftOut === 0) return null
  return (
    <p className="soft">
      {count(environment.leftOut, 'more variable')} left out: the environment is too large.
    </p>
  )
}
