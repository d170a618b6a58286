import { useCallback, useEffect, useRef, useState } from 'react'
import { type AllLogsSearch, bridge, type FoundLog, type LogsCursor } from '../bridge.ts'

export type LogsQuery = Omit<AllLogsSearch, 'from'>

export interface LogsSearch {
  /** The newest build first. */
  readonly logs: readonly FoundLog[]
  readonly lineCount: number
  /** How much text was looked at. */
  readonly byteCount: number
  /** When the build began up to which all newer ones were looked through. */
  readonly reached: number | null
  /** `paused`: enough was found to be read first; `stopped`: by hand; `done`: all was looked through. */
  readonly phase: 'idle' | 'searching' | 'paused' | 'stopped' | 'done'
  readonly problem: string | undefined
}

const NOTHING: LogsSearch = {
  logs: [],
  lineCount: 0,
  byteCount: 0,
  reached: null,
  phase: 'idle',
  problem: undefined,
}
const LINES_AT_ONCE = 200

/** Searches all logs, answer by answer, until there is enough to read; on demand it goes on. */
export function useLogsSearch(query: LogsQuery) {
  const [search, setSearch] = useState<LogsSearch>(NOTHING)
  const latest = useRef({ search, next: null as LogsCursor | null, turn: 0 })
  const wish = JSON.stringify(query)

  const run = useCallback(
    async (before: LogsSearch, from: LogsCursor | null) => {
      const turn = ++latest.current.turn
      const show = (now: LogsSearch) => setSearch((latest.current.search = now))
      let state: LogsSearch = { ...before, phase: 'searching', problem: undefined }
      show(state)
      const enough = state.lineCount + LINES_AT_ONCE
      for (let cursor = from; ; ) {
        try {
          const asked = { ...(JSON.parse(wish) as LogsQuery), from: cursor }
          const answer = await bridge.request('logs:search', asked)
          if (latest.current.turn !== turn) return
          cursor = answer.next
          latest.current.next = cursor
          const lineCount =
            state.lineCount + answer.logs.reduce((sum, log) => sum + log.lines.length, 0)
          state = {
            logs: joined(state.logs, answer.logs),
            lineCount,
            byteCount: state.byteCount + answer.byteCount,
            reached: answer.reached ?? state.reached,
            phase: cursor === null ? 'done' : lineCount >= enough ? 'paused' : 'searching',
            problem: undefined,
          }
          show(state)
          if (state.phase !== 'searching') return
        } catch (error) {
          if (latest.current.turn === turn)
            show({ ...state, phase: 'stopped', problem: (error as Error).message })
          return
        }
      }
    },
    [wish],
  )

  const { pattern } = query
  useEffect(() => {
    if (pattern === '') setSearch((latest.current.search = NOTHING))
    else void run(NOTHING, null)
    const { current } = latest
    return () => void current.turn++
  }, [run, pattern])

  return {
    search,
    stop() {
      if (latest.current.search.phase !== 'searching') return
      latest.current.turn++
      setSearch((latest.current.search = { ...latest.current.search, phase: 'stopped' }))
    },
    goOn: () => void run(latest.current.search, latest.current.next),
  }
}

/** An answer may go on with the log with which the one before it ended. */
export function joined(logs: readonly FoundLog[], more: readonly FoundLog[]): readonly FoundLog[] {
  const [last, [first, ...rest]] = [logs.at(-1), more]
  if (!first || last?.logId !== first.logId) return [...logs, ...more]
  return [...logs.slice(0, -1), { ...first, lines: [...last.lines, ...first.lines] }, ...rest]
}
