import { Archive, FolderOpen, History, Play, Power, RotateCcw, Shield } from 'lucide-react'
import { useState } from 'react'
import { bridge, type Facts } from '../bridge.ts'
import { act, tellError } from '../store/actions.ts'
import { bytes, clock, count, day } from '../ui/format.ts'
import { Field, Modal, ModalFoot, ModalForm } from '../ui/parts.tsx'
import { look } from './use-recovery.ts'

type Way = Facts['ways'][number]
type Asking = 'restore' | 'export' | 'startEmpty' | null

const SIGNS = {
  retry: RotateCcw,
  look: History,
  restore: Shield,
  export: Archive,
  goOn: Play,
  startEmpty: Power,
  olderVersion: Play,
  newerVersion: Play,
} as const

// A version can't start another one: these two are told, and done by hand.
const BUTTONS: Readonly<Record<Way['name'], string | null>> = {
  retry: 'Try again',
  look: 'Open',
  restore: 'Choose',
  export: 'Export',
  goOn: 'Go on',
  startEmpty: 'Start empty',
  olderVersion: null,
  newerVersion: null,
}

/** What a person can do, the advised first. */
export function Ways({ facts, disabled }: { facts: Facts; disabled: boolean }) {
  const [asking, setAsking] = useState<Asking>(null)
  const close = () => setAsking(null)
  const go = (name: Way['name']) => {
    if (name === 'retry') return order(bridge.request('recovery:retry'), 'Trying again')
    if (name === 'goOn') return order(bridge.request('recovery:goOn'), 'The files were kept')
    if (name === 'look') return order(bridge.request('recovery:look'), 'Read only')
    if (name === 'restore' || name === 'export' || name === 'startEmpty') setAsking(name)
  }
  return (
    <div className="ways">
      <h2>How to go on</h2>
      {facts.ways.map((way, i) => {
        const Sign = SIGNS[way.name]
        const button = BUTTONS[way.name]
        return (
          <div key={way.name} className={i === 0 ? 'way first' : 'way'}>
            <Sign aria-hidden />
            <div>
              <b>{way.title}</b>
              <p>{way.text}</p>
              {way.need && <p className="wants">{way.need}</p>}
            </div>
            {button && (
              <button
                type="button"
                className={i === 0 ? 'button big primary' : 'button'}
                aria-label={`${way.title}: ${button}`}
                disabled={disabled || (way.need !== null && way.name !== 'retry')}
                onClick={() => go(way.name)}
              >
                {button}
              </button>
            )}
          </div>
        )
      })}
      <RestoreDialog facts={facts} open={asking === 'restore'} onClose={close} />
      <ExportDialog open={asking === 'export'} onClose={close} />
      <EmptyDialog open={asking === 'startEmpty'} onClose={close} />
    </div>
  )
}

// The answer comes when it is done; the picture follows meanwhile.
function order(asked: Promise<unknown>, done: string): void {
  void act(asked, done).then(() => look())
  void look()
}

function RestoreDialog({
  facts,
  open,
  onClose,
}: {
  facts: Facts
  open: boolean
  onClose: () => void
}) {
  const good = facts.backups.filter(one => one.problem === null)
  const [chosen, setChosen] = useState<string>()
  const name = chosen ?? good[0]?.name
  return (
    <Modal
      title="Restore a backup"
      description="It takes the place of what is there, which is kept as a backup of its own."
      open={open}
      onClose={onClose}
    >
      <fieldset className="dialog-body backups" aria-label="Backups">
        {facts.backups.map(one => (
          <label key={one.name} className={one.problem ? 'bad' : ''}>
            <input
              type="radio"
              name="backup"
              disabled={one.problem !== null}
              checked={one.name === name}
              onChange={() => setChosen(one.name)}
            />
            <span>
              <b>
                {one.madeAt === null ? one.name : `${day(one.madeAt)}, ${clock(one.madeAt)}`}
                {one.reason === 'before' && ', before an update'}
                {one.reason === 'replaced' && ', moved aside'}
              </b>
              <small>
                {one.problem ??
                  `version ${one.version}, ${count(one.builds, 'build')}, ${count(one.changes, 'change')}, ${bytes(one.sizeBytes)}`}
              </small>
            </span>
          </label>
        ))}
      </fieldset>
      <ModalFoot
        onCancel={onClose}
        action="Restore"
        disabled={name === undefined}
        onAction={() => {
          onClose()
          order(bridge.request('recovery:restore', { name: name! }), 'Restored')
        }}
      />
    </Modal>
  )
}

function ExportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [into, setInto] = useState('')
  const choose = async () => {
    const folder = await bridge.request('repository:choose').catch(tellError)
    if (folder) setInto(folder)
  }
  return (
    <Modal
      title="Export everything"
      description="JSON lines, plain logs and artifacts, into an empty folder on the master’s machine."
      open={open}
      onClose={onClose}
    >
      <ModalForm
        onSubmit={() => {
          onClose()
          order(bridge.request('recovery:export', { into }), `Exported to ${into}`)
        }}
        onCancel={onClose}
        action="Export"
        foot={
          bridge.shell === 'desktop' && (
            <button type="button" className="button big" onClick={() => void choose()}>
              <FolderOpen aria-hidden />
              Choose
            </button>
          )
        }
      >
        <Field label="Folder">
          <input
            className="input mono"
            required
            value={into}
            placeholder="/path/to/an/empty/folder"
            onChange={event => setInto(event.target.value)}
          />
        </Field>
      </ModalForm>
    </Modal>
  )
}

function EmptyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal
      title="Start with an empty history?"
      description="The present files are moved aside and kept as a backup. Builders are seen for the first time again: the newest commit of each is built when its scheduler says so."
      open={open}
      onClose={onClose}
    >
      <ModalFoot
        onCancel={onClose}
        action="Start empty"
        onAction={() => {
          onClose()
          order(bridge.request('recovery:startEmpty'), 'Moved aside and kept')
        }}
      />
    </Modal>
  )
}
