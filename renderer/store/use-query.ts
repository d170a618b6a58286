import { useEffect, useState } from 'react'
import { readQuery, writeQuery } from './route.ts'

/**
 * The state of a view that its address holds. Anybody may write an address:
 * who reads a value has to expect any text.
 */
export function useQuery(
  path: string,
): readonly [URLSearchParams, (change: Readonly<Record<string, string | null>>) => void] {
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
      for (const [name, value] of Object.entries(change))
        if (value === null) next.delete(name)
        else next.set(name, value)
      writeQuery(path, next)
      setQuery(next)
    },
  ]
}
