import type { CDPSession } from '@playwright/test'

/** What the main thread of the page worked in each of its frames, in ms, by the browser's own tracing. */
export async function traceFrames(
  session: CDPSession,
  act: () => Promise<void>,
): Promise<number[]> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { value: object[] }) => events.push(...(value as TraceEvent[]))
  session.on('Tracing.dataCollected', collect)
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: [
        '__metadata',
        'devtools.timeline',
        'disabled-by-default-devtools.timeline',
        'disabled-by-default-devtools.timeline.frame',
        'devtools.timeline.frame',
      ],
    },
  })
  await act()
  const complete = new Promise(done => session.once('Tracing.tracingComplete', done))
  await session.send('Tracing.end')
  await complete
  session.off('Tracing.dataCollected', collect)
  return framesOf(events)
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Microseconds. */
  readonly ts: number
  readonly dur?: number
  /** The same in time of the processor, which does not grow when other programs want it too. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

// The page's thread is the one that began the most frames.
function framesOf(events: readonly TraceEvent[]): number[] {
  const key = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`
  const begun = events.filter(({ name }) => name === 'BeginMainThreadFrame')
  const byThread = [...Map.groupBy(begun, key)].sort((a, b) => b[1].length - a[1].length)
  const [main, starts] = byThread[0] ?? []
  if (!main || !starts) throw new Error('the browser traced no frame')
  const edges = starts.map(({ ts }) => ts).sort((a, b) => a - b)
  const work = new Array<number>(edges.length).fill(0)
  const tasks = events.filter(one => one.name === 'RunTask' && one.ph === 'X' && key(one) === main)
  let frame = 0
  for (const task of tasks.sort((a, b) => a.ts - b.ts)) {
    // A frame begins inside of the task that makes it.
    const end = task.ts + (task.dur ?? 0)
    while (frame + 1 < edges.length && edges[frame + 1]! <= end) frame++
    work[frame]! += (task.tdur ?? task.dur ?? 0) / 1000
  }
  return work
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
