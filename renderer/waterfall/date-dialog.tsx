import { useState, useSyncExternalStore } from 'react'
import { useNow } from '../store/hooks.ts'
import { Field, Modal } from '../ui/parts.tsx'
import { goToMoment, readPosition } from './position.ts'

let open = false
const listeners = new Set<() => void>()

export function askForDate(now = true): void {
  open = now
  for (const listener of listeners) listener()
}

/** Goes to a date, however long ago. */
export function DateDialog() {
  const shown = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => open,
  )
  return (
    <Modal title="Go to a date" open={shown} onClose={() => askForDate(false)}>
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
      setTrouble('This is no date. Write year, month, day, hour and minute.')
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
    <form
      onSubmit={event => {
        event.preventDefault()
        void go()
      }}
    >
      <div className="dialog-body">
        <Field label="Date and time" hint="in the zone of this machine">
          <input
            className="input"
            type="datetime-local"
            value={text}
            onChange={event => setText(event.target.value)}
          />
        </Field>
        {trouble && <p role="alert">{trouble}</p>}
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => askForDate(false)}>
          Cancel
        </button>
        <button type="submit" className="button primary">
          Go there
        </button>
      </footer>
    </form>
  )
}

// As the field wants it: the local time, without its zone.
function localText(moment: number): string {
  const local = new Date(moment - new Date(moment).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}
