import { useEffect, useState } from 'react'
import { bridge, type LogId } from '../bridge.ts'
import { number } from '../ui/format.ts'
import { Modal } from '../ui/parts.tsx'
import { parseAnsi } from './ansi.ts'
import { Text } from './log-line-row.tsx'
import { lineStates } from './terminal-text.ts'

const MOST_BYTES = 256 * 1024

/** What stood in a line before it was overwritten: the states of a progress bar. */
export function LineStates({
  logId,
  line,
  onClose,
}: {
  logId: LogId
  line: number | undefined
  onClose: () => void
}) {
  const [states, setStates] = useState<readonly string[]>()
  useEffect(() => {
    setStates(undefined)
    if (line === undefined) return
    let wanted = true
    readStates(logId, line).then(
      found => wanted && setStates(found),
      () => wanted && setStates([]),
    )
    return () => {
      wanted = false
    }
  }, [logId, line])
  return (
    <Modal
      title={`Line ${number((line ?? 0) + 1)}, one state after the other`}
      open={line !== undefined}
      onClose={onClose}
      className="line-states"
    >
      <ol className="dialog-body scroll" tabIndex={0} aria-label="States of the line">
        {states?.map((state, i) => (
          <li key={i}>
            <Text spans={parseAnsi(state)} />
          </li>
        ))}
      </ol>
    </Modal>
  )
}

async function readStates(logId: LogId, line: number): Promise<readonly string[]> {
  let text = ''
  for (let from = 0, end = 1; from < end && from < MOST_BYTES; ) {
    const piece = await bridge.request('log:piece', { logId, line, from })
    text += piece.text
    from = piece.next
    end = piece.byteCount
    if (piece.next === 0) break
  }
  return lineStates(text)
}
