import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect, useState } from 'react'
import { bridge, type LogId, type LogLine } from '../bridge.ts'
import { bytes, number } from '../ui/format.ts'
import { parseAnsi } from './ansi.ts'
import { useLogId } from './log-id.ts'
import { Text } from './log-line-row.tsx'

/** How much of a line is shown at once. */
export const PIECE_BYTES = 8 * 1024

/** A line of any length, in parts: one of them is in the page. */
export function LongLine({
  line,
  piece,
  marker,
  reveal,
  onPiece,
}: {
  line: LogLine
  piece: number
  marker: RegExp | undefined
  reveal: boolean
  onPiece: (line: number, piece: number) => void
}) {
  const logId = useLogId()
  const text = usePiece(logId, line, piece)
  const pieces = Math.ceil(line.byteCount / PIECE_BYTES)
  const go = (label: string, to: number, icon: React.ReactNode) => (
    <button
      type="button"
      aria-label={label}
      disabled={to < 0 || to >= pieces || to === piece}
      onClick={() => onPiece(line.number, to)}
    >
      {icon}
    </button>
  )
  return (
    <>
      <span className="log-pieces" role="group" aria-label="Parts of this long line">
        {go('First part', 0, <ChevronFirst />)}
        {go('Part before', piece - 1, <ChevronLeft />)}
        <span>
          part {number(piece + 1)} of {number(pieces)}
        </span>
        {go('Next part', piece + 1, <ChevronRight />)}
        {go('Last part', pieces - 1, <ChevronLast />)}
        <span className="dim">of a line of {bytes(line.byteCount)}</span>
      </span>
      <Text spans={parseAnsi(text ?? '')} marker={marker} reveal={reveal} />
    </>
  )
}

function usePiece(logId: LogId, line: LogLine, piece: number): string | undefined {
  const [read, setRead] = useState<{ piece: number; text: string }>()
  useEffect(() => {
    if (piece === 0) return
    let wanted = true
    bridge.request('log:piece', { logId, line: line.number, from: piece * PIECE_BYTES }).then(
      ({ text }) => wanted && setRead({ piece, text }),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [logId, line.number, piece])
  if (piece === 0) return line.text
  return read?.piece === piece ? read.text : undefined
}
