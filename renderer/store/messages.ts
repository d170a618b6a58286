import { createCell, useCell } from './cell.ts'

export interface Message {
  readonly text: string
  readonly tone: 'plain' | 'problem'
}

const SHOWN_MS = 8000

const message = createCell<Message | null>(null)
let timer: number | undefined

/** What the window has to say about the last thing that was done. */
export function useMessage(): Message | null {
  return useCell(message)
}

export function tell(text: string, tone: Message['tone'] = 'plain'): void {
  message.write({ text, tone })
  clearTimeout(timer)
  timer = window.setTimeout(() => message.write(null), SHOWN_MS)
}
