import { Tabs } from '@base-ui/react/tabs'
import {
  ArrowLeftRight,
  ChevronLeft,
  ChevronRight,
  Clock,
  GitBranch,
  GitCommitVertical,
  HardDrive,
  ListRestart,
  RotateCw,
  Square,
  SquareTerminal,
} from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import {
  type BuildDetails,
  type Builder,
  type BuildId,
  bridge,
  type Log,
  type PropertyValue,
  type Step,
} from '../bridge.ts'
import { type LogAddress, LogView, rangeWords } from '../logs/log-view.tsx'
import { FAILURE, isBad } from '../results.ts'
import {
  bisect,
  canBeForced,
  copyLink,
  isBisected,
  rebuild,
  retryFrom,
  stopBisect,
  stopBuild,
} from '../store/actions.ts'
import { useAsleepMs, useDesk, useNow } from '../store/hooks.ts'
import { useKeys } from '../store/keys.ts'
import { type BuildTab, go, lineQuery, routes, useLocation } from '../store/route.ts'
import { selectBuild } from '../store/selection.ts'
import { useQuery } from '../store/use-query.ts'
import { download } from '../ui/download.ts'
import {
  bytes,
  clockSeconds,
  duration,
  exact,
  number,
  shortRevision,
  timeSpan,
} from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { Avatar, Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { headline } from '../waterfall/build-panel.tsx'
import { leftWords } from '../waterfall/estimate.ts'
import { decidingStep } from '../waterfall/model.ts'
import { useLeftMs } from '../waterfall/use-forecast.ts'
import { BisectNote } from './bisect-note.tsx'
import { BuildEnvironment } from './build-environment.tsx'
import { BuildTerminal } from './build-terminal.tsx'
import { BuildTimeline } from './build-timeline.tsx'
import { ChangeList } from './change-list.tsx'
import { LinkLost } from './link-lost.tsx'
import { RedSince } from './red-since.tsx'
import { askToRetry } from './retry-dialog.tsx'
import { StepList } from './step-list.tsx'
import { TestList } from './test-list.tsx'
import { useDetails } from './use-details.ts'
import './builds.css'

/** One build, whole: steps and their logs, tests, changes, properties, what it kept. */
export function BuildPage({
  builderName,
  number: wanted,
  tab,
}: {
  builderName: string
  number: number
  tab: BuildTab
}) {
  const { id, missing } = useBuildId(builderName, wanted)
  const { details, problem } = useDetails(id)
  useEffect(() => {
    if (id !== null) selectBuild(id)
  }, [id])
  if (missing ?? problem)
    return (
      <Empty title={missing ?? problem!}>
        <Link className="link" href={routes.waterfall}>
          Back to the waterfall
        </Link>
      </Empty>
    )
  if (!details) return <section className="view" aria-busy />
  return <Page key={details.build.id} details={details} tab={tab} />
}

function Page({ details, tab }: { details: BuildDetails; tab: BuildTab }) {
  const { build, builder, changes, properties, artifacts, tests, previous, next } = details
  const failed = tests.filter(test => test.outcome === 'failed').length
  const [, navigate] = useLocation()
  const setTab = (to: BuildTab) => navigate(routes.build(builder, build, to), { replace: true })
  useKeys({
    t: () => setTab('terminal'),
    '[': () => previous && go(routes.build(builder, previous)),
    ']': () => next && go(routes.build(builder, next)),
    r: () => canBeForced(builder) && rebuild(build),
    R: () => canBeForced(builder) && build.completeAt !== null && askToRetry(build),
    b: () => {
      if (isBisected(build.builderId)) stopBisect(build)
      else if (build.results === FAILURE && canBeForced(builder)) bisect(build)
    },
    s: () => build.completeAt === null && stopBuild(build),
    Escape: () => go(routes.waterfall),
  })
  return (
    <section className="view build-page" aria-label={`${builder.name} build ${build.number}`}>
      <BuildHead details={details} onTerminal={() => setTab('terminal')} />
      <Tabs.Root value={tab} onValueChange={setTab} className="tabs">
        <Tabs.List className="tab-list">
          <Tabs.Tab className="tab" value="steps">
            Steps and log
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="tests">
            Tests{' '}
            {failed > 0 ? (
              <span className="bad">{failed} failed</span>
            ) : (
              <span className="dim">{tests.length}</span>
            )}
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="changes">
            Changes <span className="dim">{changes.length}</span>
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="properties">
            Properties <span className="dim">{Object.keys(properties).length}</span>
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="files">
            Files <span className="dim">{artifacts.length}</span>
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="timeline">
            Timeline
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="terminal">
            Terminal
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel className="tab-panel" value="steps">
          <StepsAndLog details={details} />
        </Tabs.Panel>
        <Tabs.Panel className="tab-panel scroll" value="tests">
          <TestList details={details} />
        </Tabs.Panel>
        <Tabs.Panel className="tab-panel scroll padded" value="changes">
          {changes.length > 0 ? (
            <ChangeList changes={changes} />
          ) : (
            <Empty title="No changes">
              <p>This build was asked for by hand or by the clock: {build.reason}.</p>
            </Empty>
          )}
        </Tabs.Panel>
        <Tabs.Panel className="tab-panel scroll" value="properties">
          <table className="table">
            <thead>
              <tr>
                <th>Property</th>
                <th>Value</th>
                <th>Source</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(properties).map(([name, { value, source }]) => (
                <tr key={name}>
                  <td>{name}</td>
                  <td className="mono anywhere">
                    <PropertyText value={value} />
                  </td>
                  <td className="soft">{source}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <BuildEnvironment environment={details.environment} />
        </Tabs.Panel>
        <Tabs.Panel className="tab-panel scroll" value="files">
          <Artifacts details={details} />
        </Tabs.Panel>
        <Tabs.Panel className="tab-panel scroll" value="timeline">
          <BuildTimeline details={details} />
        </Tabs.Panel>
        <Tabs.Panel className="tab-panel" value="terminal">
          <BuildTerminal build={build} builder={builder} />
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  )
}

function BuildHead({ details, onTerminal }: { details: BuildDetails; onTerminal: () => void }) {
  const { build, builder, changes, previous, next, tries, lastGood, retriedFrom } = details
  const now = useNow(1000)
  const asleep = useAsleepMs(build.startedAt, build.completeAt ?? now)
  const left = useLeftMs(build, now)
  const look = lookOf(build.results)
  const newest = changes.at(-1)
  return (
    <header className="build-head">
      <nav className="crumbs" aria-label="Where this is">
        <Link href={routes.waterfall}>{builder.project || 'Waterfall'}</Link>
        <ChevronRight />
        <Link href={routes.builder(builder)}>{builder.name}</Link>
        <ChevronRight />
        <b>#{build.number}</b>
        <span className="grow" />
        <Neighbour builder={builder} to={previous} label="before">
          <ChevronLeft />
        </Neighbour>
        <Neighbour builder={builder} to={next} label="after">
          <ChevronRight />
        </Neighbour>
      </nav>
      <div className="build-title">
        <ResultGlyph look={look} size={20} label={LOOK_WORDS[look]} />
        <h1 className="cut">
          {builder.name} <span className="soft">#{build.number}</span>
        </h1>
        <span className="grow" />
        {isBad(build.results) && lastGood && (
          <Link
            className="button"
            href={routes.compare(
              { builder: builder.name, number: build.number },
              { builder: builder.name, number: lastGood.number },
            )}
          >
            <ArrowLeftRight />
            Compare with #{lastGood.number}
          </Link>
        )}
        <button
          type="button"
          className="button"
          disabled={!canBeForced(builder)}
          onClick={() => rebuild(build)}
        >
          <RotateCw />
          Rebuild
        </button>
        <button
          type="button"
          className="button"
          disabled={!canBeForced(builder) || build.completeAt === null}
          onClick={() => askToRetry(build)}
        >
          <ListRestart />
          Retry from…
        </button>
        {build.results === FAILURE && !isFound(details) && (
          <button
            type="button"
            className="button"
            disabled={!canBeForced(builder) || details.bisect.problem !== null}
            title={
              details.bisect.problem === null
                ? 'Builds changes since the last good build until the first bad one is known'
                : `It can’t be bisected: ${details.bisect.problem}`
            }
            onClick={() => bisect(build)}
          >
            <GitCommitVertical />
            Bisect
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={build.completeAt !== null}
          onClick={() => stopBuild(build)}
        >
          <Square />
          Stop
        </button>
        <button type="button" className="button" onClick={onTerminal}>
          <SquareTerminal />
          Terminal
        </button>
      </div>
      <div className="build-facts">
        <b className={look === 'failure' ? 'bad' : look === 'warnings' ? 'amber' : undefined}>
          {headline(details)}
        </b>
        <span title={exact(build.startedAt)}>
          <Clock />
          {build.completeAt === null
            ? `${duration(now - build.startedAt)}, since ${clockSeconds(build.startedAt)}${left === null ? '' : `, ${leftWords(left).long}`}`
            : timeSpan(build.startedAt, build.completeAt, now, asleep)}
        </span>
        <Link className="slave-of-build" href={routes.slave(build.slave)}>
          <HardDrive />
          {build.slave}
        </Link>
        {build.branch && (
          <span>
            <GitBranch />
            <bdi>{build.branch}</bdi>
          </span>
        )}
        {newest ? (
          <span className="cut">
            <Avatar who={newest.who} />
            <span className="cut">{newest.subject}</span>{' '}
            <span className="mono dim">{shortRevision(newest.revision)}</span>
          </span>
        ) : (
          <span className="mono dim">{shortRevision(build.revision)}</span>
        )}
        {retriedFrom ? (
          <span title={`Steps before ${retriedFrom.step} were not run again`}>
            <ListRestart />
            <Link className="link" href={routes.build(builder, { number: retriedFrom.build })}>
              retried from step {retriedFrom.step} of #{retriedFrom.build}
            </Link>
          </span>
        ) : (
          <span className="dim cut">{build.reason}</span>
        )}
        {tries.map(one => (
          <Link key={one.id} className="link" href={routes.build(builder, one)}>
            {one.id > build.id
              ? `built again as #${one.number}`
              : `after #${one.number} was cut short`}
          </Link>
        ))}
      </div>
      <LinkLost build={build} />
      <RedSince details={details} />
      <BisectNote details={details} />
    </header>
  )
}

// Nothing is left to look for.
function isFound({ bisect: { state } }: BuildDetails): boolean {
  return state !== null && !state.running && state.suspects.length === 1
}

function Neighbour({
  builder,
  to,
  label,
  children,
}: {
  builder: Builder
  to: { number: number } | null
  label: string
  children: React.ReactNode
}) {
  if (!to) return null
  return (
    <Link
      className="neighbour"
      href={routes.build(builder, to)}
      aria-label={`The build ${label}, ${to.number}`}
    >
      {label === 'before' && children}#{to.number}
      {label === 'after' && children}
    </Link>
  )
}

function StepsAndLog({ details }: { details: BuildDetails }) {
  const { build, builder, steps, logs, tests } = details
  const [picked, setPicked] = useState<Step['id'] | undefined>()
  const [query, changeQuery] = useQuery(routes.build(builder, build))
  const logName = query.get('log') ?? 'stdio'
  // A link names the step; a step may also be picked that has its name from another one.
  const named = query.get('step')
  useEffect(() => {
    setPicked(before => (steps.find(one => one.id === before)?.name === named ? before : undefined))
  }, [named, steps])
  // Without a choice: the step that decided, or the one that runs.
  const step =
    steps.find(one => one.id === picked) ??
    steps.find(one => one.name === named) ??
    decidingStep(build, steps) ??
    steps.findLast(one => one.completeAt === null) ??
    steps.at(-1)
  const own = logs.filter(log => log.stepId === step?.id)
  const log = own.find(one => one.name === logName) ?? own[0]
  const failed = tests.filter(test => test.outcome === 'failed' && test.stepId === step?.id)
  return (
    <div className="steps-and-log">
      <div className="steps-side">
        <h2 className="caps">Steps</h2>
        <StepList
          build={build}
          steps={steps}
          selected={step?.id}
          retry={{ steps: details.retry.steps, from: name => void retryFrom(build, name) }}
          onSelect={one => {
            setPicked(one.id)
            changeQuery({ ...NO_LINE, step: one.name, log: null })
          }}
        />
        {own.length > 1 && (
          <div className="log-choice">
            {own.map(one => (
              <LogChoice
                key={one.id}
                log={one}
                chosen={one.id === log?.id}
                onChoose={() => changeQuery({ ...NO_LINE, step: step!.name, log: one.name })}
              />
            ))}
          </div>
        )}
        {step?.tests && (
          <div className="test-counts">
            <h2 className="caps">Tests</h2>
            <p>
              {step.tests.failed > 0 && (
                <span className="bad">
                  <ResultGlyph look="failure" size={12} /> {number(step.tests.failed)} failed
                </span>
              )}
              <span>
                <ResultGlyph look="success" size={12} /> {number(step.tests.passed)} passed
              </span>
              {step.tests.skipped > 0 && (
                <span>
                  <ResultGlyph look="skipped" size={12} /> {number(step.tests.skipped)} skipped
                </span>
              )}
            </p>
            <ul>
              {failed.slice(0, 30).map(test => (
                <li key={`${test.suite} ${test.name}`} title={test.message}>
                  <ResultGlyph look="failure" size={12} />
                  <Link className="mono cut test-link" href={routes.test(builder, test)}>
                    {test.name}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {log ? (
        <LogView
          key={log.id}
          log={log}
          startedAt={step!.startedAt}
          address={logAddress(routes.build(builder, build), step!, log, query, changeQuery)}
        />
      ) : (
        <Empty title={step ? 'No log' : 'No steps yet'}>
          <p>
            {step
              ? `Step ${step.name} has not written anything${step.completeAt === null ? ' yet' : ''}.`
              : 'The build is starting.'}
          </p>
        </Empty>
      )}
    </div>
  )
}

const NO_LINE = { line: null, find: null, regex: null, case: null }

function logAddress(
  path: string,
  step: Step,
  log: Log,
  query: URLSearchParams,
  change: (change: Readonly<Record<string, string | null>>) => void,
): LogAddress {
  const names = { step: step.name, log: log.name }
  const own = query.get('step') === step.name && (query.get('log') ?? 'stdio') === log.name
  const find = query.get('find')
  return {
    place: own ? query.get('line') : null,
    find:
      own && find
        ? { text: find, regex: query.has('regex'), ignoreCase: !query.has('case') }
        : undefined,
    href: `#${path}?${lineQuery({ ...names, line: 0 })}`.replace(/1$/, ''),
    onPick: range =>
      change(
        range
          ? Object.fromEntries(lineQuery({ ...names, ...range }))
          : { ...NO_LINE, step: step.name },
      ),
    copyLink: range =>
      void copyLink(`${path}?${lineQuery({ ...names, ...range })}`, rangeWords(range)),
  }
}

function LogChoice({ log, chosen, onChoose }: { log: Log; chosen: boolean; onChoose: () => void }) {
  const size = useDesk(desk => desk.logSizes.get(log.id)?.byteCount) ?? log.byteCount
  return (
    <button type="button" className="chip" aria-pressed={chosen} onClick={onChoose}>
      {log.name} <span className="dim">{bytes(size)}</span>
    </button>
  )
}

function Artifacts({ details }: { details: BuildDetails }) {
  const { build, artifacts } = details
  if (artifacts.length === 0)
    return (
      <Empty title="No files were kept">
        <p>
          A step such as <code className="mono">- upload: dist/**</code> keeps files with the build.
        </p>
      </Empty>
    )
  return (
    <table className="table">
      <thead>
        <tr>
          <th>File</th>
          <th>Size</th>
          <th>SHA-256</th>
        </tr>
      </thead>
      <tbody>
        {artifacts.map(({ path, sizeBytes, sha256 }) => (
          <tr key={path}>
            <td>
              <button
                type="button"
                className="link"
                onClick={() => void download({ kind: 'artifact', buildId: build.id, path })}
              >
                {path}
              </button>
            </td>
            <td>{bytes(sizeBytes)}</td>
            <td className="mono dim cut">{sha256}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function useBuildId(
  builderName: string,
  wanted: number,
): { id: BuildId | null; missing: string | undefined } {
  const builders = useDesk(desk => desk.builders)
  const builds = useDesk(desk => desk.builds)
  const builder = builders.find(one => one.name === builderName)
  const known = [...builds.values()].find(
    build => build.builderId === builder?.id && build.number === wanted,
  )
  const [asked, setAsked] = useState<{
    key: string
    id: BuildId | null
    problem: string | undefined
  }>()
  const key = `${builderName} ${wanted}`
  useEffect(() => {
    if (known) return
    bridge.request('build:byNumber', { builder: builderName, number: wanted }).then(
      id => setAsked({ key, id, problem: undefined }),
      (error: Error) => setAsked({ key, id: null, problem: error.message }),
    )
  }, [builderName, wanted, key, known])
  if (known) return { id: known.id, missing: undefined }
  if (asked?.key !== key) return { id: null, missing: undefined }
  return { id: asked.id, missing: asked.problem }
}

function PropertyText({ value }: { value: PropertyValue }) {
  if (typeof value !== 'string') return JSON.stringify(value)
  if (!/^https?:\/\/\S+$/.test(value)) return value
  return (
    <a href={value} target="_blank" rel="noreferrer">
      {value}
    </a>
  )
}
