import { useEffect, useState } from 'react'
import { bridge, type DesktopInfo, type TerminalCommand } from '../bridge.ts'
import { act } from '../store/actions.ts'

const CHOICES = [
  ['tray', 'Show an item in the tray'],
  ['background', 'Go on when the last window is closed'],
  ['login', 'Start when I log in, without a window'],
  ['keepAwake', 'Keep the machine awake while builds run on it, unless the battery is low'],
] as const

/** What the desktop app does outside of its window, in the settings. */
export function DesktopSection() {
  const [info, setInfo] = useState<DesktopInfo | null>(null)
  const [command, setCommand] = useState<TerminalCommand | null>(null)
  useEffect(() => {
    if (bridge.shell !== 'desktop') return
    bridge.request('desktop:show').then(setInfo, () => {})
    bridge.request('desktop:command', { on: null }).then(setCommand, () => {})
  }, [])
  if (!info) return null
  const change = async (part: Partial<DesktopInfo>) => {
    // A box that is ticked stays ticked while the answer is under way.
    setInfo({ ...info, ...part })
    const next = await act(bridge.request('desktop:configure', part), 'Kept')
    setInfo(next ?? info)
  }
  const putCommand = async (on: boolean) => {
    const next = await act(bridge.request('desktop:command', { on }), on ? 'Put there' : 'Removed')
    if (next) setCommand(next)
  }
  return (
    <section>
      <h2>Desktop</h2>
      {CHOICES.map(([key, label]) => (
        <label key={key} className="settings-choice">
          <input
            type="checkbox"
            checked={info[key]}
            onChange={event => void change({ [key]: event.target.checked })}
          />
          {label}
        </label>
      ))}
      {command && (
        <label className="settings-choice">
          <input
            type="checkbox"
            checked={command.file !== null}
            onChange={event => void putCommand(event.target.checked)}
          />
          <span>
            The command <span className="mono">triphammer</span> in a terminal
            {command.file !== null && <span className="dim"> ({command.file})</span>}
          </span>
        </label>
      )}
      {command && command.hint !== '' && <p role="status">{command.hint}</p>}
      {info.muted.length > 0 && (
        <ul className="settings-muted">
          {info.muted.map(builder => (
            <li key={builder}>
              <span className="cut">{builder} is muted until it is good</span>
              <button
                type="button"
                className="button"
                onClick={() => void change({ muted: info.muted.filter(one => one !== builder) })}
              >
                Unmute
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="dim">
        What is told in notifications is <span className="mono">notify</span> in master.yml:
        failures, exceptions, repairs and slaves that stay away, unless it says otherwise.
      </p>
    </section>
  )
}
