import { Pin, PinOff, RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { bridge, type EnvironmentInfo } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useNow } from '../store/hooks.ts'
import { count, exact, when } from '../ui/format.ts'

/** What builds on this machine start from, in the settings. */
export function EnvironmentSection() {
  const [info, setInfo] = useState<EnvironmentInfo | null>(null)
  const now = useNow(60_000)
  useEffect(() => {
    bridge.request('environment:show').then(setInfo, () => {})
  }, [])
  if (!info) return null
  const change = async (doing: Promise<EnvironmentInfo>, done: string) => {
    const next = await act(doing, done)
    if (next) setInfo(next)
  }
  const next = 'Local slaves take it when they start again'
  return (
    <section>
      <h2>Environment of builds</h2>
      <p>
        {SOURCES[info.from](info.shell)}{' '}
        <span className="dim" title={exact(info.readAt)}>
          read {when(info.readAt, now)}
        </span>
      </p>
      {info.problem !== null && <p className="note problem">{info.problem}</p>}
      <p className="settings-actions">
        {info.from === 'pinned' ? (
          <button
            type="button"
            className="button"
            onClick={() => void change(bridge.request('environment:unpin'), next)}
          >
            <PinOff />
            Let go
          </button>
        ) : (
          <>
            <button
              type="button"
              className="button"
              onClick={() => void change(bridge.request('environment:refresh'), next)}
            >
              <RefreshCw />
              Read again
            </button>
            <button
              type="button"
              className="button"
              onClick={() => void change(bridge.request('environment:pin'), 'Kept as it is now')}
            >
              <Pin />
              Pin
            </button>
          </>
        )}
      </p>
      <details className="environment">
        <summary>{count(info.variables.length, 'variable')}</summary>
        <dl>
          {info.variables.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value ?? <i className="dim">not shown</i>}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  )
}

const SOURCES: Readonly<Record<EnvironmentInfo['from'], (shell: string | null) => string>> = {
  process: () => 'That of the terminal, or of the session, that started Triphammer,',
  shell: shell => `What ${shell?.split('/').at(-1)} sets up for a terminal,`,
  pinned: () => 'Kept as it was, whatever your dot files say,',
}
