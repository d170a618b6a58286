import { ChartLine, FlaskConical, Play, X } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Link } from 'wouter'
import { type Build, type Builder, type BuilderId, bridge } from '../bridge.ts'
import { cancelRequest } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'
import { ago, count, duration, exact, shortRevision, when } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { useForceDialog } from './force-dialog.tsx'
import './builds.css'

const PAGE = 200

/** All builds as a list, with what waits on top; or those of one builder. */
export function BuildsView({ builderName }: { builderName?: string }) {
  const builders = useDesk(desk => desk.builders)
  const builder = builders.find(one => one.name === builderName)
  const force = useForceDialog()
  if (builderName !== undefined && !builder)
    return <Empty title={`There is no builder “${builderName}”`} />
  return (
    <section className="view" aria-label="Builds">
      <div className="tools">
        <h1>{builder ? builder.name : 'Builds'}</h1>
        {builder && !builder.active && (
          <span className="amber">no longer configured; its history is kept</span>
        )}
        {builder?.description && <span className="dim cut">{builder.description}</span>}
        <span className="grow" />
        {builder && (
          <>
            <Link
              className="button quiet"
              href={`${routes.trends}?${new URLSearchParams({ builder: builder.name })}`}
            >
              <ChartLine />
              Trends
            </Link>
            <Link
              className="button quiet"
              href={`${routes.tests}?${new URLSearchParams({ builder: builder.name, order: 'name' })}`}
            >
              <FlaskConical />
              Tests
            </Link>
          </>
        )}
        <label>
          <span className="visually-hidden">Builder</span>
          <select
            className="input builder-choice"
            value={builder?.name ?? ''}
            onChange={event =>
              go(
                event.target.value === ''
                  ? routes.builds
                  : routes.builder({ name: event.target.value }),
              )
            }
          >
            <option value="">All builders</option>
            {builders.map(one => (
              <option key={one.id} value={one.name}>
                {one.name}
                {one.active ? '' : ' (gone)'}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="button primary"
          disabled={builder ? !builder.active : !builders.some(one => one.active)}
          onClick={() => force(builder?.id)}
        >
          <Play />
          Force build
        </button>
      </div>
      <div className="scroll">
        <WaitingRequests builder={builder} />
        <BuildTable builder={builder} />
      </div>
    </section>
  )
}

function WaitingRequests({ builder }: { builder: Builder | undefined }) {
  const requests = useDesk(desk => desk.requests)
  const builders = useDesk(desk => desk.builders)
  const queue = useDesk(desk => desk.queue)
  const now = useNow(10_000)
  const waiting = requests.filter(
    request => request.claimedAt === null && (!builder || request.builderId === builder.id),
  )
  if (waiting.length === 0) return null
  return (
    <section className="waiting-list" aria-label="Waiting requests">
      <h2 className="caps">{count(waiting.length, 'request')} waiting</h2>
      <ul>
        {waiting.map(request => (
          <li key={request.id}>
            <ResultGlyph look="queued" />
            <b>{builders.find(one => one.id === request.builderId)?.name}</b>
            <span className="soft">{request.reason}</span>
            <bdi className="soft">{request.sourcestamp.branch}</bdi>
            <span className="amber">
              {queue.find(entry => entry.builderId === request.builderId)?.reason}
            </span>
            <span className="grow" />
            <span className="dim">{ago(now - request.submittedAt)}</span>
            <button
              type="button"
              className="button quiet"
              onClick={() => cancelRequest(request.id)}
            >
              <X />
              Cancel
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function BuildTable({ builder }: { builder: Builder | undefined }) {
  const { builds, more, loadMore } = useBuilds(builder?.id)
  const builders = useDesk(desk => desk.builders)
  const now = useNow(1000)
  if (builds.length === 0)
    return (
      <Empty title="No builds yet">
        <p>A build begins when something is committed, or when you force one.</p>
      </Empty>
    )
  return (
    <>
      <table className="table builds-table">
        <thead>
          <tr>
            <th>Build</th>
            <th>Result</th>
            <th>Started</th>
            <th>Took</th>
            <th>Branch</th>
            <th>Revision</th>
            <th>Slave</th>
            <th>Reason</th>
          </tr>
        </thead>
        <tbody>
          {builds.map(build => {
            const look = lookOf(build.results)
            const owner = builders.find(one => one.id === build.builderId)
            return (
              <tr key={build.id} className={look}>
                <td>
                  <Link className="build-link" href={routes.build(owner ?? { name: '' }, build)}>
                    <ResultGlyph look={look} label={LOOK_WORDS[look]} />
                    {!builder && <b>{owner?.name}</b>} <span className="soft">#{build.number}</span>
                  </Link>
                </td>
                <td className={`cut ${look === 'failure' ? 'bad' : 'soft'}`}>
                  {build.stateString}
                </td>
                <td title={exact(build.startedAt)}>{when(build.startedAt, now)}</td>
                <td>{duration((build.completeAt ?? now) - build.startedAt)}</td>
                <td className="cut">
                  <bdi>{build.branch}</bdi>
                </td>
                <td className="mono">{shortRevision(build.revision)}</td>
                <td>{build.slave}</td>
                <td className="cut soft">{build.reason}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {more && (
        <div className="more">
          <button type="button" className="button" onClick={loadMore}>
            Older builds
          </button>
        </div>
      )}
    </>
  )
}

// The live ones are in the store; older ones are fetched for this list.
function useBuilds(builderId: BuilderId | undefined) {
  const live = useDesk(desk => desk.builds)
  const [older, setOlder] = useState<readonly Build[]>([])
  const [more, setMore] = useState(true)
  const load = (before: Build | undefined) =>
    bridge
      .request('builds:page', {
        limit: PAGE,
        ...(builderId !== undefined && { builderId }),
        ...(before && { before: before.id }),
      })
      .then(page => {
        setOlder(known => [...known, ...page.builds])
        setMore(page.builds.length === PAGE)
      })
      .catch(() => {})

  // biome-ignore lint/correctness/useExhaustiveDependencies: another builder is another list.
  useEffect(() => {
    setOlder([])
    setMore(true)
    void load(undefined)
  }, [builderId])

  const builds = useMemo(() => {
    const all = new Map(older.map(build => [build.id, build]))
    const reach = older.at(-1)?.id ?? 0
    // Newer than what was fetched, or the same with news; older ones would leave a gap.
    for (const build of live.values()) if (!more || build.id >= reach) all.set(build.id, build)
    return [...all.values()]
      .filter(build => builderId === undefined || build.builderId === builderId)
      .sort((a, b) => b.id - a.id)
  }, [live, older, more, builderId])
  return { builds, more: more && builds.length > 0, loadMore: () => void load(older.at(-1)) }
}
