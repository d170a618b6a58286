import { bridge, type LogId } from '../bridge.ts'
import { copyText } from '../store/actions.ts'
import { tell } from '../store/messages.ts'
import { count } from '../ui/format.ts'
import { withoutSequences } from './terminal-text.ts'

const PAGE_LINES = 2000
const MOST_LINES = 50_000

/** Puts lines on the clipboard, as they are shown; of very long ones what is shown at once. */
export async function copyLines(
  logId: LogId,
  first: number,
  last: number,
  colors: boolean,
): Promise<void> {
  const wanted = last - first + 1
  if (wanted > MOST_LINES)
    return tell(
      `${count(wanted, 'line')} are too many for the clipboard; pick some, or download the log`,
      'problem',
    )
  const texts: string[] = []
  try {
    while (texts.length < wanted) {
      const from = first + texts.length
      const lines = await bridge.request('log:lines', {
        logId,
        first: from,
        count: Math.min(PAGE_LINES, last - from + 1),
      })
      if (lines.length === 0) break
      for (const { text } of lines) texts.push(colors ? text : withoutSequences(text))
    }
  } catch (error) {
    return tell((error as Error).message, 'problem')
  }
  const how = colors ? ' with colours' : ''
  await copyText(`${texts.join('\n')}\n`, `${count(texts.length, 'line')} copied${how}`)
}
