import { useSyncExternalStore } from 'react'

export interface Message {
  readonly text: string
  readonly tone: 'plain' | 'problem'
}

const SHOWN_MS = 8000

let message: Message | null = null
let timer: number | undefined
const listeners = new Set<() => void>()

/** What the window has to say about the last thing that was done. */
export function useMessage(): Message | null {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => message,
  )
}

export function tell(text: string, tone: Message['tone'] = 'plain'): void {
  show({ text, tone })
  clearTimeout(timer)
  timer = window.setTimeout(() => show(null), SHOWN_MS)
}

function show(next: Message | null) {
  message = next
  for (const listener of listeners) listener()
}
