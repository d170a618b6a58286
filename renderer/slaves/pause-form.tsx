import { useState } from 'react'
import { bridge, type Slave } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useNow } from '../store/hooks.ts'
import { when } from '../ui/format.ts'
import { Field, ModalForm } from '../ui/parts.tsx'
import { PAUSES, type PauseChoice, pauseEnd } from './pause-end.ts'

/** Asks why and until when a slave is to take no builds. */
export function PauseForm({ slave, onDone }: { slave: Slave; onDone: () => void }) {
  const now = useNow(10_000)
  const [reason, setReason] = useState('')
  const [choice, setChoice] = useState<PauseChoice>('open')
  const [moment, setMoment] = useState('')
  const until = pauseEnd(choice, now, moment)
  const wrong = until !== null && !(until > now)

  const submit = async () => {
    if (wrong) return
    const order = { name: slave.name, reason: reason.trim(), until }
    const said = `${slave.name} takes no new builds${until === null ? '' : ` until ${when(until, now)}`}`
    if (
      (await act(
        bridge.request('slave:pause', order).then(() => true),
        said,
      )) === true
    )
      onDone()
  }

  return (
    <ModalForm onSubmit={submit} onCancel={onDone} action="Pause" disabled={wrong}>
      <Field label="Why" hint="shown to everybody who waits">
        <input
          className="input"
          autoFocus
          value={reason}
          placeholder="system updates"
          onChange={event => setReason(event.target.value)}
        />
      </Field>
      <div className="pair">
        <Field label="How long">
          <select
            className="input"
            value={choice}
            onChange={event => setChoice(event.target.value as PauseChoice)}
          >
            {PAUSES.map(({ choice, label }) => (
              <option key={choice} value={choice}>
                {label}
              </option>
            ))}
          </select>
        </Field>
        {choice === 'moment' ? (
          <Field label="Until">
            <input
              className="input"
              type="datetime-local"
              value={moment}
              onChange={event => setMoment(event.target.value)}
            />
          </Field>
        ) : (
          <Field label="Until">
            <output className="input told">
              {until === null ? 'you unpause it' : when(until, now)}
            </output>
          </Field>
        )}
      </div>
      {wrong && moment !== '' && (
        <p className="bad" role="alert">
          That moment has passed. Choose a later one.
        </p>
      )}
    </ModalForm>
  )
}
