import { ClipboardCopy, FileText, FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { bridge, type Facts, type RecoveryStatus } from '../bridge.ts'
import { act, copyText, tellError } from '../store/actions.ts'
import { tell } from '../store/messages.ts'
import { clockSeconds, number } from '../ui/format.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { Ways } from './ways.tsx'
import './recovery.css'

type Recovering = Extract<RecoveryStatus, { phase: 'recovery' }>
type Upgrading = Extract<RecoveryStatus, { phase: 'upgrading' }>

/** What is safe, what failed and what can be done, while no master can run. */
export function RecoveryView({ status }: { status: Recovering }) {
  const { facts, busy, failed } = status
  return (
    <div className="recovery">
      <section aria-label="What happened">
        <h1>
          {facts.headline[0]}
          <br />
          {facts.headline[1]}
        </h1>
        <p className="lead">{facts.lead} Builds are stopped until you choose.</p>
        {(busy ?? failed) && (
          <p className={busy ? 'under-way' : 'under-way failed'} role="status">
            {busy ? `${capital(busy)} …` : failed}
          </p>
        )}
        <Stages facts={facts} />
        <Counts facts={facts} />
      </section>
      <section aria-label="How to go on">
        <Ways facts={facts} disabled={busy !== null} />
        <More />
      </section>
    </div>
  )
}

/** How far the history has been brought to this version. */
export function UpgradeView({ status }: { status: Upgrading }) {
  const { progress, version } = status
  const [asked, setAsked] = useState(false)
  const percent = Math.round(progress.share * 100)
  return (
    <div className="recovery one">
      <section aria-label="Upgrade">
        <h1>
          Your history is safe.
          <br />
          It is being brought to {version}.
        </h1>
        <p className="lead">
          This is done on a copy. What you have is not touched before the copy has been compared
          with it. Builds begin when it is done.
        </p>
        <progress aria-label={progress.what} max={1} value={progress.share} />
        <p className="under-way" role="status">
          {progress.what} · {percent} %
        </p>
        <StageList stages={progress.stages} />
        <div className="foot">
          <button
            type="button"
            className="button"
            disabled={asked || progress.share >= 0.97}
            onClick={() => {
              setAsked(true)
              void act(bridge.request('recovery:cancel'), 'It ends at its next step')
            }}
          >
            {asked ? 'Cancelling …' : 'Cancel'}
          </button>
        </div>
      </section>
    </div>
  )
}

function Stages({ facts }: { facts: Facts }) {
  const files = facts.files.map(({ name, state, problem, schema }) => ({
    what: `${name}: ${state === 'unread' ? 'not read from end to end' : state}`,
    detail: problem ?? (schema === null ? '' : `schema ${schema}`),
    at: facts.at,
    ok: state !== 'damaged' && state !== 'missing',
  }))
  return <StageList stages={facts.stages.length > 0 ? facts.stages : files} />
}

function StageList({ stages }: { stages: Facts['stages'] }) {
  return (
    <ol className="stages">
      {stages.map(({ what, detail, at, ok }) => (
        <li key={`${at} ${what}`}>
          <ResultGlyph look={ok ? 'success' : 'failure'} size={16} label={ok ? 'done' : 'failed'} />
          <div>
            <b>{what}</b>
            {detail && (ok ? <small>{detail}</small> : <pre className="fault">{detail}</pre>)}
          </div>
          <time>{clockSeconds(at)}</time>
        </li>
      ))}
    </ol>
  )
}

const COUNTED = [
  ['builds', 'Builds'],
  ['steps', 'Steps'],
  ['changes', 'Changes'],
  ['logs', 'Logs'],
] as const

function Counts({ facts: { before, counts } }: { facts: Facts }) {
  if (!before) return null
  return (
    <table className="counts">
      <thead>
        <tr>
          <th scope="col">Counted</th>
          <th scope="col">{capital(before.when)}</th>
          <th scope="col">Now</th>
          <th scope="col">
            <span className="visually-hidden">Compared</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {COUNTED.map(([table, name]) => {
          const [then, now] = [before.counts[table] ?? 0, counts?.[table]]
          const same = now === then
          return (
            <tr key={table}>
              <th scope="row">{name}</th>
              <td>{number(then)}</td>
              <td>{now === undefined ? '–' : number(now)}</td>
              <td>
                <span>
                  <ResultGlyph look={same ? 'success' : 'warnings'} size={12} />
                  {same ? 'same' : now === undefined ? 'unreadable' : 'differs'}
                </span>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function More() {
  const copy = async () => {
    const text = await bridge.request('recovery:report').catch(tellError)
    if (text !== undefined) await copyText(text, 'The report was copied')
  }
  const show = async (what: 'data' | 'log') => {
    const path = await bridge.request('recovery:show', { what }).catch(tellError)
    if (path) tell(path)
  }
  return (
    <p className="report">
      <button type="button" className="button quiet" onClick={() => void copy()}>
        <ClipboardCopy aria-hidden />
        Copy report
      </button>
      <button type="button" className="button quiet" onClick={() => void show('data')}>
        <FolderOpen aria-hidden />
        Show data folder
      </button>
      <button type="button" className="button quiet" onClick={() => void show('log')}>
        <FileText aria-hidden />
        app.log
      </button>
    </p>
  )
}

function capital(text: string): string {
  return text.slice(0, 1).toLocaleUpperCase() + text.slice(1)
}
