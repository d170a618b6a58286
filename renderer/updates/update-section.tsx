import { Copy, RefreshCw } from 'lucide-react'
import { bridge, type UpdateStatus } from '../bridge.ts'
import { act, copyText } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { exact, when } from '../ui/format.ts'
import { Segments } from '../ui/parts.tsx'
import { useUpdateDialog } from './update-dialog.tsx'
import { longWords } from './update-words.ts'

const APPLY = [
  { value: 'ask', label: 'Ask' },
  { value: 'quit', label: 'At quit' },
  { value: 'quiet', label: 'When quiet' },
] as const
const CHANNELS = [
  { value: 'latest', label: 'Stable' },
  { value: 'beta', label: 'Beta' },
] as const

/** Updates, in the settings. */
export function UpdateSection() {
  const updates = useDesk(desk => desk.updates)
  const now = useNow(60_000)
  const openDialog = useUpdateDialog()
  const { phase, settings, checkedAt } = updates
  const busy = phase.kind === 'checking' || phase.kind === 'downloading'
  return (
    <section>
      <h2>Updates</h2>
      <p className={phase.kind === 'failed' || phase.kind === 'given-up' ? 'note problem' : ''}>
        {longWords(updates)}
      </p>
      {phase.kind === 'found' && <Command text={phase.command} />}
      {phase.kind === 'downloading' && (
        <progress max={1} value={phase.fraction} aria-label="Downloaded" />
      )}
      {phase.kind !== 'off' && (
        <>
          <p className="update-actions">
            {phase.kind === 'ready' ? (
              <>
                <button type="button" className="button primary" onClick={openDialog}>
                  Restart and update…
                </button>
                {phase.apply !== 'ask' && (
                  <button
                    type="button"
                    className="button"
                    onClick={() => void act(bridge.request('update:cancel'), 'It waits for you')}
                  >
                    Not yet
                  </button>
                )}
              </>
            ) : (
              <button
                type="button"
                className="button"
                disabled={busy || phase.kind === 'preparing'}
                onClick={() => void act(bridge.request('update:check'), 'Looked for updates')}
              >
                <RefreshCw />
                Look now
              </button>
            )}
            {checkedAt !== null && (
              <span className="dim" title={exact(checkedAt)}>
                looked {when(checkedAt, now)}
              </span>
            )}
          </p>
          <label className="update-check">
            <input
              type="checkbox"
              checked={settings.check}
              onChange={event => configure({ check: event.target.checked })}
            />
            Look at start and daily
          </label>
          <Segments
            label="When an update goes in"
            choices={APPLY}
            value={settings.apply}
            onChange={apply => configure({ apply })}
          />
          <Segments
            label="Channel"
            choices={CHANNELS}
            value={settings.channel}
            onChange={channel => configure({ channel })}
          />
        </>
      )}
    </section>
  )
}

function Command({ text }: { text: string }) {
  return (
    <p className="update-command">
      <code>{text}</code>
      <button
        type="button"
        className="button"
        onClick={() => void copyText(text, 'The command was copied')}
      >
        <Copy />
        Copy
      </button>
    </p>
  )
}

function configure(change: Partial<UpdateStatus['settings']>) {
  void act(bridge.request('update:configure', change), 'Kept')
}
