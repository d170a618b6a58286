import { X } from 'lucide-react'
import { Link } from 'wouter'
import type { BuildDetails, BuildId, Change } from '../bridge.ts'
import { BisectNote } from '../builds/bisect-note.tsx'
import { ChangeList } from '../builds/change-list.tsx'
import { LinkLost } from '../builds/link-lost.tsx'
import { RedSince } from '../builds/red-since.tsx'
import { StepList } from '../builds/step-list.tsx'
import { useDetails } from '../builds/use-details.ts'
import { isBad } from '../results.ts'
import { canBeForced, rebuild, retryFrom, stopBuild } from '../store/actions.ts'
import { useAsleepMs, useNow } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'
import { selectBuild } from '../store/selection.ts'
import { clockSeconds, count, duration, exact, timeSpan, when } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { leftWords } from './estimate.ts'
import { decidingStep } from './model.ts'
import { useLeftMs } from './use-forecast.ts'

const SHOWN_PROPERTIES = ['branch', 'got_revision', 'scheduler', 'slavename', 'reason']

/** The picked build, beside the board: look without leaving. */
export function BuildPanel({ id }: { id: BuildId }) {
  const { details, problem } = useDetails(id)
  return (
    <aside className="panel" aria-label="Picked build">
      {details ? <Content details={details} /> : <p className="panel-wait">{problem ?? ''}</p>}
    </aside>
  )
}

function Content({ details }: { details: BuildDetails }) {
  const { build, builder, steps, changes, properties, tests } = details
  const look = lookOf(build.results)
  const now = useNow(1000)
  const asleep = useAsleepMs(build.startedAt, build.completeAt ?? now)
  const left = useLeftMs(build, now)
  const failed = tests.filter(test => test.outcome === 'failed')
  const suspects = suspectsElsewhere(details)
  return (
    <>
      <header>
        <div className="panel-title">
          <h2>
            <ResultGlyph look={look} size={16} />
            <span className="cut">{builder.name}</span>
            <span className="soft">#{build.number}</span>
          </h2>
          <span className="grow" />
          <button
            type="button"
            className="button quiet square"
            aria-label="Close"
            onClick={() => selectBuild(null)}
          >
            <X />
          </button>
        </div>
        <p className={look === 'failure' ? 'bad' : undefined}>
          <b>{headline(details)}</b>
        </p>
        <p className="dim" title={exact(build.startedAt)}>
          {build.completeAt === null
            ? `since ${clockSeconds(build.startedAt)} on ${build.slave}, ${duration(now - build.startedAt)}${left === null ? '' : `, ${leftWords(left).long}`}`
            : `${timeSpan(build.startedAt, build.completeAt, now, asleep)} on ${build.slave}`}
        </p>
        <LinkLost build={build} />
        <RedSince details={details} />
        <BisectNote details={details} />
        <div className="panel-actions">
          <button type="button" className="button" onClick={() => go(routes.build(builder, build))}>
            Open
          </button>
          <button
            type="button"
            className="button"
            disabled={!canBeForced(builder)}
            onClick={() => rebuild(build)}
          >
            Rebuild
          </button>
          <button
            type="button"
            className="button"
            disabled={build.completeAt !== null}
            onClick={() => stopBuild(build)}
          >
            Stop
          </button>
          <button
            type="button"
            className="button"
            onClick={() => go(routes.build(builder, build, 'terminal'))}
          >
            Terminal
          </button>
        </div>
      </header>
      <div className="scroll">
        {isBad(build.results) && details.lastGood && (
          <section>
            <dl className="facts">
              <dt>Last success</dt>
              <dd>
                <Link className="link" href={routes.build(builder, details.lastGood)}>
                  #{details.lastGood.number}
                </Link>
                , {when(details.lastGood.startedAt, now)}
              </dd>
            </dl>
          </section>
        )}
        <section>
          <h3>Steps</h3>
          <StepList
            build={build}
            steps={steps}
            retry={{ steps: details.retry.steps, from: name => void retryFrom(build, name) }}
          />
          {failed.length > 0 && (
            <div className="fails">
              {failed.slice(0, 6).map(test => (
                <div
                  key={`${test.stepId} ${test.suite} ${test.name}`}
                  className="mono cut"
                  title={test.message}
                >
                  {test.name}
                </div>
              ))}
              {failed.length > 6 && <div className="dim">and {failed.length - 6} more</div>}
              {failed[0]!.message && (
                <pre>{failed[0]!.message.split('\n').slice(0, 4).join('\n')}</pre>
              )}
            </div>
          )}
        </section>
        {suspects.length > 0 && (
          <section>
            <h3>
              {count(suspects.length, 'suspect')} since #{details.lastGood!.number}
            </h3>
            <ChangeList changes={suspects.slice(-6)} />
          </section>
        )}
        {changes.length > 0 && (
          <section>
            <h3>{count(changes.length, 'change')}</h3>
            <ChangeList changes={changes.slice(-6)} />
          </section>
        )}
        <section>
          <h3>Properties</h3>
          <dl className="facts">
            {SHOWN_PROPERTIES.filter(name => properties[name]?.value != null).map(name => (
              <div key={name} className="fact">
                <dt>{name}</dt>
                <dd className={name === 'got_revision' ? 'mono cut' : 'cut'}>
                  {String(properties[name]!.value)}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <footer>
        <span>
          <kbd>Enter</kbd> open
        </span>
        <span>
          <kbd>r</kbd> rebuild
        </span>
        <span>
          <kbd>[</kbd> <kbd>]</kbd> failures
        </span>
        <span className="grow" />
        <span>
          <kbd>?</kbd>
        </span>
      </footer>
    </>
  )
}

// The suspects of a red builder, unless they are exactly the changes of this build, which are listed anyway.
function suspectsElsewhere({ red, changes }: BuildDetails): readonly Change[] {
  const own = new Set(changes.map(change => change.id))
  const suspects = red?.suspects ?? []
  return suspects.every(({ id }) => own.has(id)) ? [] : suspects
}

/** What decided, in words. */
export function headline({ build, steps }: Pick<BuildDetails, 'build' | 'steps'>): string {
  const look = lookOf(build.results)
  if (look === 'running') {
    const step = steps.findLast(one => one.completeAt === null)
    return step
      ? `Running ${step.name}${step.stateString ? `: ${step.stateString}` : ''}`
      : 'Starting'
  }
  const step = decidingStep(build, steps)
  const words = LOOK_WORDS[look]
  const start = words.charAt(0).toUpperCase() + words.slice(1)
  if (!step) return look === 'success' ? start : `${start}: ${build.stateString}`
  return `${start} in ${step.name}${step.stateString ? `: ${step.stateString}` : ''}`
}
