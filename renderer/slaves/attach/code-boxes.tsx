import { useRef } from 'react'
import { CODE_LENGTH, signsOf } from './code-signs.ts'

/**
 * Six boxes, one for each sign of a pairing code. Typing goes on by itself, and a
 * code that is pasted into any of them fills all.
 */
export function CodeBoxes({
  value,
  onChange,
  disabled,
}: {
  value: string
  onChange: (code: string) => void
  disabled: boolean
}) {
  const boxes = useRef<(HTMLInputElement | null)[]>([])
  const focus = (at: number) => boxes.current[Math.min(CODE_LENGTH - 1, Math.max(0, at))]?.focus()

  const put = (at: number, text: string) => {
    const signs = signsOf(text)
    if (signs === '') return
    // A whole code replaces what was there, wherever it is pasted.
    const from = signs.length >= CODE_LENGTH ? 0 : at
    const before = value.padEnd(from, ' ').slice(0, from)
    const next = (before + signs + value.slice(from + signs.length)).slice(0, CODE_LENGTH)
    onChange(next.trimEnd())
    focus(from + signs.length)
  }

  const take = (at: number) => {
    onChange(`${value.slice(0, at)}${value.slice(at + 1)}`.trimEnd())
    focus(at)
  }

  return (
    <fieldset className="code-boxes" disabled={disabled}>
      <legend className="visually-hidden">Pairing code</legend>
      {Array.from({ length: CODE_LENGTH }, (_, at) => (
        <span key={at}>
          {at === CODE_LENGTH / 2 && <i aria-hidden />}
          <input
            ref={element => {
              boxes.current[at] = element
            }}
            aria-label={`Sign ${at + 1} of ${CODE_LENGTH}`}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={at === 0 ? undefined : 2}
            value={value[at]?.trim() ?? ''}
            onFocus={event => event.target.select()}
            onChange={event => put(at, lastTyped(event.target.value, value[at] ?? ''))}
            onPaste={event => {
              event.preventDefault()
              put(at, event.clipboardData.getData('text'))
            }}
            onKeyDown={event => {
              if (event.key === 'Backspace') take(value[at]?.trim() ? at : at - 1)
              else if (event.key === 'Delete') take(at)
              else if (event.key === 'ArrowLeft') focus(at - 1)
              else if (event.key === 'ArrowRight') focus(at + 1)
              else return
              event.preventDefault()
            }}
          />
        </span>
      ))}
    </fieldset>
  )
}

// A box that holds a sign already is typed over.
function lastTyped(now: string, before: string): string {
  return now.length === 2 && before !== '' ? now.replace(before, '') || now[1]! : now
}
