import { Info, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../store/hooks.ts'

const WORDS: Readonly<Record<string, (subject: string, detail: string) => string>> = {
  'history-upgraded': (subject, detail) => `The history was brought to ${subject}: ${detail}.`,
  'upgrade-cut-short': (subject, detail) =>
    `An upgrade of the history to ${subject} was cut short: ${detail}.`,
  'history-shortened': (_, detail) => `A person went on with what was left. ${detail}`,
  'history-odd-values': (_, detail) =>
    `Some values in the history could not be read. They were put aside and kept: ${detail}. What the configuration says stands in their place.`,
  'history-damaged': (subject, detail) =>
    `${subject} is damaged: ${detail}. Make a backup of what can be read, and start again to choose how to go on.`,
}
const KEY = 'triphammer.told'

/** What a start did to the history, or found of it. A person reads it once. */
export function HistoryTold() {
  const [read, setRead] = useState(() => Number(localStorage.getItem(KEY) ?? 0))
  const event = useDesk(desk => desk.events.find(one => WORDS[one.kind]))
  if (!event || event.id <= read) return null
  const bad = event.kind === 'history-damaged'
  const dismiss = () => {
    localStorage.setItem(KEY, String(event.id))
    setRead(event.id)
  }
  return (
    <p className="banner" role={bad ? 'alert' : 'status'}>
      {bad ? <TriangleAlert aria-hidden /> : <Info aria-hidden />}
      <span className="cut">{WORDS[event.kind]!(event.subject, event.detail)}</span>
      <button type="button" className="button" onClick={dismiss}>
        Got it
      </button>
    </p>
  )
}
