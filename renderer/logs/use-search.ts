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
const GROWING_MS = 500

/**
 * Searches a log on the master, piece by piece, so that the first matches show at once;
 * and goes on as the log grows.
 */
export function useSearch(logId: LogId, wanted: Wanted, lineCount: number): Search {
  const [search, setSearch] = useState<Search>(NOTHING)
  const latest = useRef(lineCount)
  latest.current = lineCount
  const goOn = useRef<() => void>(() => {})
  const { text, regex, ignoreCase } = wanted

  useEffect(() => {
    let found: Found[] = []
    let seen = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = text === ''
    setSearch({ ...NOTHING, busy: !over })
    const start = (ms: number) => {
      if (!over) timer ??= setTimeout(() => void run(), ms)
    }
    start(TYPING_MS)
    goOn.current = () => {
      if (seen > 0 && latest.current > seen) start(GROWING_MS)
    }
    return () => {
      clearTimeout(timer)
      over = true
    }

    async function run() {
      const upTo = latest.current
      // The last line may have grown since it was looked at.
      const first = Math.max(0, seen - 1)
      found = found.filter(one => one.line < first)
      try {
        for (let from: LogPosition | null = { line: first, byte: 0 }; from; ) {
          const query: LogSearch = { logId, pattern: text, regex, ignoreCase, from, limit: 2000 }
          const answer = await bridge.request('log:search', query)
          if (over) return
          from = answer.next
          for (const { line, byte } of answer.matches) {
            const piece = Math.floor(byte / PIECE_BYTES)
            const last = found.at(-1)
            if (last?.line !== line || last.piece !== piece) found.push({ line, piece })
          }
          if (found.length >= MOST_MATCHES) over = true
          setSearch({ found: [...found], busy: from !== null && !over, problem: undefined })
          if (over) return
        }
        seen = upTo
        timer = undefined
        goOn.current()
      } catch (error) {
        if (!over) setSearch({ ...NOTHING, problem: (error as Error).message })
        over = true
      }
    }
  }, [logId, text, regex, ignoreCase])

  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come is searched too.
  useEffect(() => goOn.current(), [lineCount])

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
