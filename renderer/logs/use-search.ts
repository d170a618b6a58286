import { useEffect, useRef, useState } from 'react'
import { bridge, type LogId, type LogPosition, type LogSearch } from '../bridge.ts'

export interface Search {
  /** Lines that hold a match, in order; each once. */
  readonly lines: readonly number[]
  readonly busy: boolean
  readonly problem: string | undefined
}

export interface Wanted {
  readonly text: string
  readonly regex: boolean
  readonly ignoreCase: boolean
}

const NOTHING: Search = { lines: [], busy: false, problem: undefined }
const MOST_MATCHES = 20_000
const TYPING_MS = 120

/** Searches a log on the master, piece by piece, so that the first matches show at once. */
export function useSearch(logId: LogId, wanted: Wanted): Search {
  const [search, setSearch] = useState<Search>(NOTHING)
  const turn = useRef(0)
  const { text, regex, ignoreCase } = wanted

  useEffect(() => {
    const mine = ++turn.current
    if (text === '') {
      setSearch(NOTHING)
      return
    }
    const timer = setTimeout(() => void run(), TYPING_MS)
    return () => clearTimeout(timer)

    async function run() {
      const lines: number[] = []
      setSearch({ lines, busy: true, problem: undefined })
      for (
        let from: LogPosition | null = { line: 0, byte: 0 };
        from !== null && lines.length < MOST_MATCHES;
      ) {
        try {
          const query: LogSearch = {
            logId,
            pattern: text,
            regex,
            ignoreCase,
            from,
            limit: 2000,
          }
          const answer = await bridge.request('log:search', query)
          if (turn.current !== mine) return
          for (const match of answer.matches)
            if (match.line !== lines.at(-1)) lines.push(match.line)
          from = answer.next
          setSearch({ lines: [...lines], busy: from !== null, problem: undefined })
        } catch (error) {
          if (turn.current === mine)
            setSearch({ lines: [], busy: false, problem: (error as Error).message })
          return
        }
      }
    }
  }, [logId, text, regex, ignoreCase])

  return search
}

/** What a search marks within a line; `undefined` when it marks nothing. */
export function markerOf({ text, regex, ignoreCase }: Wanted): RegExp | undefined {
  if (text === '') return undefined
  try {
    const source = regex ? text : text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
    return new RegExp(source, ignoreCase ? 'giu' : 'gu')
  } catch {
    return undefined
  }
}
