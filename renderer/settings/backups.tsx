import { Archive } from 'lucide-react'
import { useEffect, useState } from 'react'
import { type BackupInfo, type BackupSettings, bridge } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { bytes, count, exact, when } from '../ui/format.ts'
import { Field } from '../ui/parts.tsx'

const REASONS = {
  manual: 'by hand',
  daily: 'daily',
  before: 'before an update',
  replaced: 'replaced by a restore',
} as const

const SIZES = [1e9, 5e9, 20e9, 100e9] as const

/** The backups that there are, one more on demand, and how many are kept. */
export function Backups() {
  const { backups, settings, look, takeSettings } = useBackups()
  const [making, setMaking] = useState(false)
  const now = useNow(60_000)

  async function make() {
    setMaking(true)
    await act(bridge.request('backup:create'), 'A backup was made and verified')
    setMaking(false)
    look()
  }

  return (
    <section aria-label="Backups">
      <h2>Backups</h2>
      {backups?.length === 0 && <p className="soft">None yet. One is made each day by itself.</p>}
      {backups && backups.length > 0 && (
        <ul className="backups">
          {backups.map(backup => (
            <Item key={backup.name} backup={backup} now={now} />
          ))}
        </ul>
      )}
      <button type="button" className="button" disabled={making} onClick={() => void make()}>
        <Archive />
        {making ? 'Backing up …' : 'Back up now'}
      </button>
      {settings && <Kept settings={settings} onChanged={takeSettings} />}
      <p className="dim">
        To restore one, {bridge.shell === 'desktop' ? 'close the app' : 'stop the master'} and type{' '}
        <code>triphammer backup --list</code>, then <code>triphammer restore NAME</code>.
      </p>
    </section>
  )
}

function Item({ backup, now }: { backup: BackupInfo; now: number }) {
  const { name, madeAt, reason, version, problem } = backup
  return (
    <li title={name} className={problem === null ? undefined : 'damaged'}>
      <b title={madeAt === null ? undefined : exact(madeAt)}>
        {madeAt === null ? name : when(madeAt, now)}
      </b>
      <span>
        {problem ??
          [
            count(backup.builds, 'build'),
            count(backup.changes, 'change'),
            backup.lackingFiles > 0 && `without ${count(backup.lackingFiles, 'kept file')}`,
          ]
            .filter(Boolean)
            .join(', ')}
      </span>
      <span className="dim">
        {[reason && REASONS[reason], version, bytes(backup.sizeBytes)].filter(Boolean).join(' · ')}
      </span>
    </li>
  )
}

function Kept({
  settings: written,
  onChanged,
}: {
  settings: BackupSettings
  onChanged: (settings: BackupSettings) => void
}) {
  // What a person chose is shown at once; the file follows.
  const [chosen, setChosen] = useState<Partial<BackupSettings>>({})
  const settings = { ...written, ...chosen }
  const change = async (changed: Partial<BackupSettings>) => {
    setChosen(before => ({ ...before, ...changed }))
    const now = await act(bridge.request('backup:settings', changed), 'Written into master.yml')
    if (now) onChanged(now)
    const done = Object.keys(changed)
    setChosen(before =>
      Object.fromEntries(Object.entries(before).filter(([key]) => !done.includes(key))),
    )
  }
  const sizes = [...new Set<number>([...SIZES, settings.maxSizeBytes])].sort((a, b) => a - b)
  return (
    <div className="backup-settings">
      <label className="check">
        <input
          type="checkbox"
          checked={settings.daily}
          onChange={event => void change({ daily: event.target.checked })}
        />
        One each day on which something changed
      </label>
      <Field label="Keep at most">
        <input
          className="input"
          type="number"
          min={1}
          max={1000}
          key={settings.keep}
          defaultValue={settings.keep}
          onBlur={event => {
            const keep = event.target.valueAsNumber
            if (keep >= 1 && keep <= 1000 && keep !== settings.keep) void change({ keep })
            else event.target.value = String(settings.keep)
          }}
        />
      </Field>
      <Field label="Together no more than">
        <select
          className="input"
          value={settings.maxSizeBytes}
          onChange={event => void change({ maxSizeBytes: Number(event.target.value) })}
        >
          {sizes.map(size => (
            <option key={size} value={size}>
              {bytes(size)}
            </option>
          ))}
        </select>
      </Field>
    </div>
  )
}

function useBackups() {
  const [found, setFound] = useState<{
    backups: readonly BackupInfo[]
    settings: BackupSettings
  }>()
  const [looked, setLooked] = useState(0)
  // Also those that were made by themselves, and settings that were edited in the file.
  const told = useDesk(desk => desk.events.find(one => one.kind.startsWith('backup-'))?.id)
  const loadedAt = useDesk(desk => desk.config.loadedAt)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of them means that there may be others.
  useEffect(() => {
    let gone = false
    bridge.request('backup:list').then(
      answer => !gone && setFound(answer),
      () => {},
    )
    return () => {
      gone = true
    }
  }, [looked, told, loadedAt])
  return {
    ...found,
    look: () => setLooked(n => n + 1),
    takeSettings: (settings: BackupSettings) =>
      setFound(before => before && { ...before, settings }),
  }
}
