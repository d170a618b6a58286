import { useEffect, useState } from 'react'
import { bridge, type Log } from '../bridge.ts'
import type { DiffWish, LogDiff } from './diff-lines.ts'

export type LogDiffState =
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'done'
      readonly diff: LogDiff
      readonly firstA: number
      readonly firstB: number
    }
  | { readonly kind: 'apart' }
  | { readonly kind: 'problem'; readonly message: string }

/** So many lines of each log are compared: the last ones, where things end. */
export const COMPARED_LINES = 6000
const PAGE = 2000

/** Compares the ends of two logs on a thread of its own. */
export function useLogDiff(a: Log, b: Log, loose: boolean): LogDiffState {
  const [state, setState] = useState<LogDiffState>({ kind: 'busy' })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a log is what its id and length say.
  useEffect(() => {
    setState({ kind: 'busy' })
    let worker: Worker | undefined
    let over = false
    const say = (next: LogDiffState) => !over && setState(next)
    void Promise.all([tailOf(a), tailOf(b)]).then(
      ([ownA, ownB]) => {
        if (over) return
        worker = new Worker(new URL('./diff-worker.ts', import.meta.url), { type: 'module' })
        worker.onmessage = (event: MessageEvent<LogDiff | null>) => {
          worker?.terminate()
          const diff = event.data
          say(
            diff
              ? { kind: 'done', diff, firstA: ownA.first, firstB: ownB.first }
              : { kind: 'apart' },
          )
        }
        worker.onerror = event => {
          worker?.terminate()
          say({ kind: 'problem', message: event.message || 'the comparison could not be started' })
        }
        const wish: DiffWish = { a: ownA.lines, b: ownB.lines, loose }
        worker.postMessage(wish)
      },
      (error: Error) => say({ kind: 'problem', message: error.message }),
    )
    return () => {
      over = true
      worker?.terminate()
    }
  }, [a.id, a.lineCount, b.id, b.lineCount, loose])
  return state
}

async function tailOf(log: Log): Promise<{ first: number; lines: string[] }> {
  const first = Math.max(0, log.lineCount - COMPARED_LINES)
  const lines: string[] = []
  while (first + lines.length < log.lineCount) {
    const at = first + lines.length
    const page = await bridge.request('log:lines', { logId: log.id, first: at, count: PAGE })
    if (page.length === 0) break
    lines.push(...page.map(line => line.text))
  }
  return { first, lines }
}
