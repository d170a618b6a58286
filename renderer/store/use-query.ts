import { useEffect, useState } from 'react'
import { readQuery, writeQuery } from './route.ts'

/** What is to be written: one value, several of one name, or none. */
export type QueryChange = Readonly<Record<string, string | readonly string[] | null>>

/**
 * The state of a view that its address holds. Anybody may write an address:
 * who reads a value has to expect any text.
 */
export function useQuery(path: string): readonly [URLSearchParams, (change: QueryChange) => void] {
  const [query, setQuery] = useState(readQuery)
  useEffect(() => {
    const read = () => setQuery(readQuery())
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return [
    query,
    change => {
      const next = readQuery()
      for (const [name, value] of Object.entries(change)) {
        next.delete(name)
        for (const one of value === null ? [] : [value].flat()) next.append(name, one)
      }
      writeQuery(path, next)
      setQuery(next)
    },
  ]
}
