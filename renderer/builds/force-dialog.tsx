import { Plus, X } from 'lucide-react'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react'
import { type BuilderId, bridge, type ForceOffer, type PropertyValue } from '../bridge.ts'
import { act, canBeForced } from '../store/actions.ts'
import { useDesk } from '../store/hooks.ts'
import { Field, Modal, ModalForm } from '../ui/parts.tsx'

const ForceContext = createContext<(builder?: BuilderId) => void>(() => {})

/** Opens the form that asks for a build. */
export function useForceDialog(): (builder?: BuilderId) => void {
  return useContext(ForceContext)
}

export function ForceDialogProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<{ builder: BuilderId | undefined } | null>(null)
  const show = useCallback((builder?: BuilderId) => setOpen({ builder }), [])
  return (
    <ForceContext.Provider value={show}>
      {children}
      <Modal
        title="Force a build"
        description="It waits in the queue until a slave is free."
        open={open !== null}
        onClose={() => setOpen(null)}
      >
        {open && <ForceForm builder={open.builder} onDone={() => setOpen(null)} />}
      </Modal>
    </ForceContext.Provider>
  )
}

interface PropertyRow {
  readonly key: number
  readonly name: string
  readonly value: string
}

function ForceForm({ builder, onDone }: { builder: BuilderId | undefined; onDone: () => void }) {
  const builders = useDesk(desk => desk.builders).filter(canBeForced)
  const [id, setId] = useState<BuilderId | undefined>(builder ?? builders[0]?.id)
  const [offer, setOffer] = useState<ForceOffer>({ branches: [], branch: null })
  const [branch, setBranch] = useState('')
  const [revision, setRevision] = useState('')
  const [reason, setReason] = useState('')
  const [rows, setRows] = useState<readonly PropertyRow[]>([])

  useEffect(() => {
    if (id === undefined) return
    bridge.request('force:offer', id).then(setOffer, () => {})
  }, [id])

  if (id === undefined) return <p className="dialog-body">There is no builder to force yet.</p>

  const submit = async () => {
    const given = rows.filter(row => row.name.trim() !== '')
    const properties: Record<string, PropertyValue> = Object.fromEntries(
      given.map(row => [row.name.trim(), row.value]),
    )
    const order = {
      builderId: id,
      branch: branch || null,
      revision: revision || null,
      reason: reason || 'forced in the window',
      properties,
    }
    const name = builders.find(one => one.id === id)?.name
    if (await act(bridge.request('build:force', order), `A build of ${name} was requested`))
      onDone()
  }
  const change = (key: number, part: Partial<PropertyRow>) =>
    setRows(rows.map(row => (row.key === key ? { ...row, ...part } : row)))

  return (
    <ModalForm onSubmit={submit} onCancel={onDone} action="Force build">
      <Field label="Builder">
        <select
          className="input"
          value={id}
          onChange={event => setId(Number(event.target.value) as BuilderId)}
        >
          {builders.map(one => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </Field>
      <div className="pair">
        <Field label="Branch">
          <input
            className="input"
            list="force-branches"
            value={branch}
            placeholder={offer.branch ?? 'the repository’s own'}
            onChange={event => setBranch(event.target.value)}
          />
          <datalist id="force-branches">
            {offer.branches.map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </Field>
        <Field label="Revision">
          <input
            className="input mono"
            value={revision}
            placeholder="the newest"
            onChange={event => setRevision(event.target.value)}
          />
        </Field>
      </div>
      <Field label="Reason">
        <input
          className="input"
          value={reason}
          placeholder="forced in the window"
          onChange={event => setReason(event.target.value)}
        />
      </Field>
      <fieldset className="properties">
        <legend>Properties</legend>
        {rows.map(row => (
          <div key={row.key} className="property">
            <input
              className="input mono"
              aria-label="Name of a property"
              placeholder="name"
              value={row.name}
              onChange={event => change(row.key, { name: event.target.value })}
            />
            <input
              className="input mono"
              aria-label={`Value of ${row.name || 'the property'}`}
              placeholder="value"
              value={row.value}
              onChange={event => change(row.key, { value: event.target.value })}
            />
            <button
              type="button"
              className="button quiet square"
              aria-label="Remove this property"
              onClick={() => setRows(rows.filter(one => one !== row))}
            >
              <X />
            </button>
          </div>
        ))}
        <button
          type="button"
          className="button quiet"
          onClick={() =>
            setRows([...rows, { key: (rows.at(-1)?.key ?? 0) + 1, name: '', value: '' }])
          }
        >
          <Plus />
          Property
        </button>
      </fieldset>
    </ModalForm>
  )
}
