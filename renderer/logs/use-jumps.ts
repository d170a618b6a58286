import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Search, Wanted } from './use-search.ts'

/** The one of `lines` after or before the one that was gone to last, or after what is in sight. */
export function neighbour(
  lines: readonly number[],
  last: number | undefined,
  top: number,
  by: number,
): number {
  const at = last === undefined ? -1 : lines.indexOf(last)
  if (at >= 0) return (at + by + lines.length) % lines.length
  const next = lines.findIndex(line => line >= top)
  if (by > 0) return Math.max(0, next)
  return next < 0 ? lines.length - 1 : (next - 1 + lines.length) % lines.length
}

/** Goes to a line once the rows around it are as they have to be. */
export function useJump(move: (line: number) => void): (line: number) => void {
  const [wish, setWish] = useState<{ readonly line: number }>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each wish moves the view once.
  useLayoutEffect(() => {
    if (wish) move(wish.line)
  }, [wish])
  return line => setWish({ line })
}

/** Goes from match to match. */
export function useMatches(
  search: Search,
  wanted: Wanted,
  from: () => number,
  onGo: (found: Search['found'][number]) => void,
) {
  const [at, setAt] = useState(0)
  const begun = useRef<Wanted>(undefined)
  const { found, busy } = search
  // The first match from where the reader is comes into sight as soon as it is found.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only new matches move the view.
  useEffect(() => {
    if (begun.current === wanted) return
    const next = found.findIndex(one => one.line >= from())
    if (next < 0 && (busy || found.length === 0)) return
    begun.current = wanted
    setAt(Math.max(0, next))
    onGo(found[Math.max(0, next)]!)
  }, [found, busy, wanted])
  return {
    at,
    current: begun.current === wanted ? found[Math.min(at, found.length - 1)] : undefined,
    step(by: number) {
      if (found.length === 0) return
      const next = (at + by + found.length) % found.length
      setAt(next)
      onGo(found[next]!)
    },
  }
}
