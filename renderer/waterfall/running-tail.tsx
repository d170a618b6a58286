import { memo, useEffect, useState } from 'react'
import { type BuildId, bridge, type Log, type LogId, type StepId } from '../bridge.ts'
import { useDetails } from '../builds/use-details.ts'
import { plainLine } from '../logs/terminal-text.ts'
import { useDesk } from '../store/hooks.ts'
import { LINE_PX, NAME_PX } from './tail-rows.ts'

/** However fast a step writes, it is looked at once in this time. */
const PAUSE_MS = 1000

/** The last lines of what runs, within its box. */
export const RunningTail = memo(function RunningTail({
  build,
  step,
  rows,
  top,
}: {
  build: BuildId
  step: StepId
  rows: number
  top: number
}) {
  const { details } = useDetails(build)
  const log = details?.logs.findLast(one => one.stepId === step)
  const lines = useTail(log, rows)
  return (
    <span className="tail" aria-hidden style={{ top: top + NAME_PX - 1, height: rows * LINE_PX }}>
      {lines.join('\n')}
    </span>
  )
})

function useTail(log: Log | undefined, rows: number): readonly string[] {
  const [tail, setTail] = useState<{ of: string; lines: readonly string[] }>({ of: '', lines: [] })
  const id = log?.id ?? null
  const grown = useDesk(desk => (id === null ? undefined : desk.logSizes.get(id)?.lineCount))
  const size = Math.max(grown ?? 0, log?.lineCount ?? 0)
  // What it looked like; another size is another look.
  const wanted = `${id} ${size} ${rows}`
  useEffect(() => {
    if (id === null || tail.of === wanted) return
    const look = async () => {
      lastLooks.set(id, performance.now())
      const first = Math.max(0, size - rows)
      const lines = await bridge.request('log:lines', { logId: id, first, count: rows })
      const written = lines.filter(line => line.stream !== 'header')
      setTail({ of: wanted, lines: written.map(line => plainLine(line.text)) })
    }
    // The first look at once; then one that waits is not put off by what comes meanwhile.
    const timer = setTimeout(() => void look().catch(() => {}), untilNext(id))
    return () => clearTimeout(timer)
  }, [id, size, rows, wanted, tail.of])
  return tail.lines
}

const lastLooks = new Map<LogId, number>()

// How long a log has to be left alone.
function untilNext(id: LogId): number {
  return Math.max(0, (lastLooks.get(id) ?? -PAUSE_MS) + PAUSE_MS - performance.now())
}
