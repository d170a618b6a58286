import { useMemo } from 'react'
import { Link } from 'wouter'
import type { Slave } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { duration, exact, shortRevision, when } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'

const SHOWN = 200

/** The builds that a slave made, newest first, as far as this window knows them. */
export function SlaveBuilds({ slave }: { slave: Slave }) {
  const builds = useDesk(desk => desk.builds)
  const builders = useDesk(desk => desk.builders)
  const now = useNow(10_000)
  const own = useMemo(
    () =>
      [...builds.values()]
        .filter(build => build.slave === slave.name)
        .sort((a, b) => b.id - a.id)
        .slice(0, SHOWN),
    [builds, slave.name],
  )
  if (own.length === 0)
    return (
      <Empty title="No builds yet">
        <p>What {slave.name} builds is listed here.</p>
      </Empty>
    )
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`Builds on ${slave.name}`}>
      <table className="table">
        <thead>
          <tr>
            <th>Build</th>
            <th>How it went</th>
            <th>Branch</th>
            <th>Revision</th>
            <th>Started</th>
            <th>Took</th>
          </tr>
        </thead>
        <tbody>
          {own.map(build => {
            const builder = builders.find(one => one.id === build.builderId)
            const look = lookOf(build.results)
            return (
              <tr key={build.id}>
                <td>
                  <span className="with-sign">
                    <ResultGlyph look={look} label={LOOK_WORDS[look]} />
                    {builder && (
                      <Link className="link" href={routes.build(builder, build)}>
                        {builder.name} #{build.number}
                      </Link>
                    )}
                  </span>
                </td>
                <td className={look === 'failure' ? 'bad cut' : 'cut'}>{build.stateString}</td>
                <td className="soft cut">
                  <bdi>{build.branch}</bdi>
                </td>
                <td className="mono dim">{shortRevision(build.revision)}</td>
                <td className="soft" title={exact(build.startedAt)}>
                  {when(build.startedAt, now)}
                </td>
                <td className="soft">{duration((build.completeAt ?? now) - build.startedAt)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
