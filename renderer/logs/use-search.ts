import { useEffect, useRef, useState } from 'react'
import { bridge, type LogId, type LogPosition, type LogSearch } from '../bridge.ts'
import { PIECE_BYTES } from './long-line.tsx'

export interface Found {
  readonly line: number
  /** Which part of a line that is too long. */
  readonly piece: number
}

export interface Search {
  /** What holds a match, in order; each once. */
  readonly found: readonly Found[]
  readonly busy: boolean
  readonly problem: string | undefined
}

export interface Wanted {
  readonly text: string
  readonly regex: boolean
  readonly ignoreCase: boolean
}

const NOTHING: Search = { found: [], busy: false, problem: undefined }
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
    setSearch({ ...NOTHING, busy: true })
    const timer = setTimeout(() => void run(), TYPING_MS)
    return () => {
      clearTimeout(timer)
      turn.current++
    }

    async function run() {
      const found: Found[] = []
      for (
        let from: LogPosition | null = { line: 0, byte: 0 };
        from !== null && found.length < MOST_MATCHES;
      ) {
        try {
          const query: LogSearch = { logId, pattern: text, regex, ignoreCase, from, limit: 2000 }
          const answer = await bridge.request('log:search', query)
          if (turn.current !== mine) return
          for (const { line, byte } of answer.matches) {
            const piece = Math.floor(byte / PIECE_BYTES)
            const last = found.at(-1)
            if (last?.line !== line || last.piece !== piece) found.push({ line, piece })
          }
          from = answer.next
          setSearch({ found: [...found], busy: from !== null, problem: undefined })
        } catch (error) {
          if (turn.current === mine)
            setSearch({ found: [], busy: false, problem: (error as Error).message })
          return
        }
      }
      if (turn.current === mine) setSearch({ found, busy: false, problem: undefined })
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
