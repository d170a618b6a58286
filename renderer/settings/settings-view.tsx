import { RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { bridge, type ConfigProblem } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { prefer, usePreferences } from '../store/preferences.ts'
import { bytes, exact, when } from '../ui/format.ts'
import { Segments } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { UpdateSection } from '../updates/update-section.tsx'
import { Backups } from './backups.tsx'
import { DesktopSection } from './desktop-section.tsx'
import { EnvironmentSection } from './environment-section.tsx'
import { SessionsSection } from './sessions-section.tsx'
import '../welcome/welcome.css'
import './settings.css'

const THEMES = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const

/** The configuration as it stands, what is wrong with it, and the little that is the window's own. */
export function SettingsView() {
  const { theme } = usePreferences()
  const config = useDesk(desk => desk.config)
  const dataDir = useDesk(desk => desk.dataDir)
  const version = useDesk(desk => desk.version)
  const freeBytes = useDesk(desk => desk.freeBytes)
  const now = useNow(60_000)
  const text = useConfigText(config.loadedAt)
  const reload = () => void act(bridge.request('config:reload'), 'The configuration was read again')

  return (
    <section className="view" aria-label="Settings">
      <div className="tools">
        <h1>Settings</h1>
      </div>
      <div className="settings">
        <div className="settings-side scroll">
          <section>
            <h2>Look</h2>
            <Segments
              label="Theme"
              choices={THEMES}
              value={theme}
              onChange={value => prefer({ theme: value })}
            />
          </section>
          <section>
            <h2>Configuration</h2>
            <p className="config-state">
              <ResultGlyph look={config.good ? 'success' : 'failure'} />
              {config.good
                ? 'In force'
                : config.hasBefore
                  ? 'The file has faults; the last good one is in force'
                  : 'The file has faults, and none is in force'}
              <span className="dim" title={exact(config.loadedAt)}>
                read {when(config.loadedAt, now)}
              </span>
            </p>
            <Problems list={config.problems} tone="problem" />
            <Problems list={config.notices} tone="notice" />
            <button type="button" className="button" onClick={reload}>
              <RefreshCw />
              Read again
            </button>
          </section>
          <DesktopSection />
          <EnvironmentSection />
          <UpdateSection />
          <Backups />
          <SessionsSection />
          <section>
            <h2>This desk</h2>
            <dl className="facts">
              <dt>Version</dt>
              <dd>{version}</dd>
              <dt>Data</dt>
              <dd className="mono">{dataDir}</dd>
              <dt>Configuration</dt>
              <dd className="mono">{config.file}</dd>
              <dt>Disk</dt>
              <dd>{freeBytes === null ? '' : `${bytes(freeBytes)} free`}</dd>
              <dt>Shell</dt>
              <dd>{bridge.shell === 'desktop' ? 'desktop app' : 'browser, headless master'}</dd>
            </dl>
          </section>
        </div>
        <section className="file" aria-label="The file">
          <div className="file-head">
            <h2 className="caps">master.yml</h2>
            <span className="dim">edit it with any editor; it is read again when it is saved</span>
          </div>
          {text === '' ? (
            <p className="padded soft">There is no file yet. Adding a repository writes it.</p>
          ) : (
            <pre className="file-text scroll">
              {text
                .replace(/\n$/, '')
                .split('\n')
                .map((line, i) => (
                  <div
                    key={i}
                    className={
                      config.problems.some(one => one.line === i + 1) ? 'faulty' : undefined
                    }
                  >
                    <span className="file-number">{i + 1}</span>
                    <span>{line}</span>
                  </div>
                ))}
            </pre>
          )}
        </section>
      </div>
    </section>
  )
}

function Problems({ list, tone }: { list: readonly ConfigProblem[]; tone: 'problem' | 'notice' }) {
  if (list.length === 0) return null
  return (
    <ul className="config-problems">
      {list.map(one => (
        <li key={`${one.key} ${one.reason}`} className={`note ${tone}`}>
          {one.line !== null && <b>line {one.line}: </b>}
          {one.key && <span className="mono">{one.key} </span>}
          {one.reason}
        </li>
      ))}
    </ul>
  )
}

function useConfigText(loadedAt: number): string {
  const [text, setText] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: each reading of the file may have another text.
  useEffect(() => {
    bridge.request('config:read').then(
      ({ text: now }) => setText(now),
      () => {},
    )
  }, [loadedAt])
  return text
}
