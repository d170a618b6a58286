import { useEffect } from 'react'
import { prefer, usePreferences } from '../store/preferences.ts'
import { readQuery, routes, writeQuery } from '../store/route.ts'
import { lookIn, writeLook } from './look.ts'

const WRITE_AFTER_MS = 300

/** Keeps how the waterfall is looked at in its address, and follows an address that says otherwise. */
export function useLink(): void {
  const { arrangement, axis, zoom, hidden } = usePreferences()
  useEffect(() => {
    const follow = () => {
      const look = lookIn(readQuery())
      if (look) prefer(look)
    }
    follow()
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  // After the address that the view was opened with has been followed.
  useEffect(() => {
    const timer = setTimeout(() => {
      const query = readQuery()
      writeLook(query, { arrangement, axis, zoom, hidden })
      writeQuery(routes.waterfall, query)
    }, WRITE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [arrangement, axis, zoom, hidden])
}
