import { useState } from 'react'
import { createCell, useCell } from '../store/cell.ts'
import { useNow } from '../store/hooks.ts'
import { Field, Modal, ModalForm } from '../ui/parts.tsx'
import { goToMoment, readPosition } from './position.ts'

const open = createCell(false)

export function askForDate(now = true): void {
  open.write(now)
}

/** Goes to a date, however long ago. */
export function DateDialog() {
  return (
    <Modal title="Go to a date" open={useCell(open)} onClose={() => askForDate(false)}>
      <DateForm />
    </Modal>
  )
}

function DateForm() {
  const now = useNow(60_000)
  const [text, setText] = useState(() => localText(readPosition()?.moment ?? now))
  const [trouble, setTrouble] = useState('')
  const go = async () => {
    const moment = new Date(text).getTime()
    if (Number.isNaN(moment)) {
      setTrouble('This is not a date. Write year, month, day, hour and minute.')
      return
    }
    try {
      await goToMoment(moment, now)
      askForDate(false)
    } catch (error) {
      setTrouble(`The master did not answer: ${(error as Error).message}. Try again.`)
    }
  }
  return (
    <ModalForm onSubmit={go} onCancel={() => askForDate(false)} action="Go there">
      <Field label="Date and time" hint="in the zone of this machine">
        <input
          className="input"
          type="datetime-local"
          value={text}
          onChange={event => setText(event.target.value)}
        />
      </Field>
      {trouble && <p role="alert">{trouble}</p>}
    </ModalForm>
  )
}

// As the field wants it: the local time, without its zone.
function localText(moment: number): string {
  const local = new Date(moment - new Date(moment).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}
