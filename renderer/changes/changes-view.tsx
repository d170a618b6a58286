import { RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { type Build, bridge, type Change, type ChangeId, type Project } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { ago, exact, personName, shortRevision, when } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { Avatar, Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import './changes.css'

/** What was committed, and which builds hold it. */
export function ChangesView() {
  const changes = useDesk(desk => desk.changes)
  const projects = useDesk(desk => desk.projects).filter((project: Project) => project.active)
  const [picked, setPicked] = useState<ChangeId | null>(null)
  const now = useNow(60_000)
  const change = changes.find(one => one.id === picked) ?? changes[0]
  return (
    <section className="view" aria-label="Changes">
      <div className="tools">
        <h1>Changes</h1>
        <span className="grow" />
        {projects.map(project => (
          <SourceChip key={project.name} project={project} now={now} />
        ))}
      </div>
      {!change ? (
        <Empty title="No changes yet">
          <p>
            Commits to the repositories of this desk show up here within a second, or when the
            repository is next looked at.
          </p>
        </Empty>
      ) : (
        <div className="changes">
          <ul className="change-rows scroll">
            {changes.map(one => (
              <li key={one.id}>
                <button
                  type="button"
                  aria-pressed={one === change}
                  onClick={() => setPicked(one.id)}
                >
                  <Avatar who={one.who} />
                  <span className="grow">
                    <span className="cut">{one.subject || '(no message)'}</span>
                    <small className="cut">
                      {one.project} <bdi>{one.branch}</bdi>{' '}
                      <span className="mono">{shortRevision(one.revision)}</span>
                    </small>
                  </span>
                  <time title={exact(one.receivedAt)}>{when(one.receivedAt, now)}</time>
                </button>
              </li>
            ))}
          </ul>
          <ChangeDetail key={change.id} change={change} />
        </div>
      )}
    </section>
  )
}

function SourceChip({ project, now }: { project: Project; now: number }) {
  const { source } = project
  const away = source.state === 'away'
  const trouble = 'trouble' in source ? source.trouble : undefined
  const words = away
    ? `away for ${ago(now - source.since).replace(' ago', '')}: ${source.reason}`
    : source.state === 'empty'
      ? 'empty, waits for its first commit'
      : source.state === 'watching'
        ? `looked at ${ago(now - source.checkedAt)}${trouble === undefined ? '' : '; some refs are passed over'}`
        : 'not looked at yet'
  return (
    <span
      className={`chip${away || trouble ? ' amber' : ''}`}
      title={trouble === undefined ? project.repository : `${project.repository}\n${trouble}`}
    >
      <i
        className={`dot ${away || trouble ? 'attention' : source.state === 'watching' ? '' : 'off'}`}
      />
      {project.name}
      <span className="dim">{words}</span>
      <button
        type="button"
        className="chip-button"
        aria-label={`Look at ${project.name} now`}
        onClick={() =>
          void act(
            bridge.request('project:poll', { name: project.name }),
            `${project.name} was looked at`,
          )
        }
      >
        <RefreshCw />
      </button>
    </span>
  )
}

function ChangeDetail({ change }: { change: Change }) {
  const builders = useDesk(desk => desk.builders)
  const [builds, setBuilds] = useState<readonly Build[] | undefined>()
  // A build that begins or ends may be one of this change.
  const stage = useDesk(desk =>
    [...desk.builds.values()].reduce((sum, build) => sum + build.id + (build.completeAt ?? 0), 0),
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: `stage` says when to ask again.
  useEffect(() => {
    bridge.request('change:builds', change.id).then(setBuilds, () => {})
  }, [change.id, stage])
  return (
    <article className="change-detail scroll">
      <h2>{change.subject || '(no message)'}</h2>
      <p className="soft">
        {personName(change.who)}, <time>{exact(change.at)}</time>
      </p>
      <dl className="facts">
        <dt>Project</dt>
        <dd>{change.project}</dd>
        <dt>Branch</dt>
        <dd>
          <bdi>{change.branch}</bdi>
        </dd>
        <dt>Revision</dt>
        <dd className="mono">{change.revision}</dd>
        {change.category && (
          <>
            <dt>Why</dt>
            <dd>{CATEGORIES[change.category] ?? change.category}</dd>
          </>
        )}
      </dl>
      <h3 className="caps">Builds with this change</h3>
      {builds?.length === 0 && <p className="soft">None yet.</p>}
      <ul className="built">
        {builds?.map(build => {
          const builder = builders.find(one => one.id === build.builderId)
          const look = lookOf(build.results)
          return (
            <li key={build.id}>
              <ResultGlyph look={look} label={LOOK_WORDS[look]} />
              <Link className="link" href={routes.build(builder ?? { name: '' }, build)}>
                {builder?.name} #{build.number}
              </Link>
              <span className="soft">{build.stateString}</span>
            </li>
          )
        })}
      </ul>
      {change.comments !== change.subject && <pre className="message">{change.comments}</pre>}
      <h3 className="caps">
        {change.files.length === 0 ? 'No files' : `Files, ${change.files.length}`}
      </h3>
      <ul className="files mono">
        {change.files.slice(0, 200).map(file => (
          <li key={file}>{file}</li>
        ))}
      </ul>
    </article>
  )
}

const CATEGORIES: Readonly<Record<string, string>> = {
  first: 'the tip, when the repository was seen for the first time',
  'new-branch': 'a new branch that points to a known commit',
  reset: 'the branch was moved by force',
}
