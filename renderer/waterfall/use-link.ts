import { useEffect, useRef } from 'react'
import { prefer, usePreferences } from '../store/preferences.ts'
import { readQuery, routes, writeQuery } from '../store/route.ts'
import { lookIn, type WaterfallLook, writeLook } from './look.ts'

const WRITE_AFTER_MS = 300

/** Keeps how the waterfall is looked at in its address, and follows an address that says otherwise. */
export function useLink(): void {
  const { arrangement, axis, zoom, hidden } = usePreferences()
  // What the address said when it was last followed or written.
  const seen = useRef('')
  useEffect(() => {
    const follow = () => {
      const look = lookIn(readQuery())
      seen.current = inShort(look)
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
      // Another address was gone to, and word of it is on its way here.
      if (inShort(lookIn(query)) !== seen.current) return
      writeLook(query, { arrangement, axis, zoom, hidden })
      seen.current = inShort(lookIn(query))
      writeQuery(routes.waterfall, query)
    }, WRITE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [arrangement, axis, zoom, hidden])
}

function inShort(look: WaterfallLook | null): string {
  const query = new URLSearchParams()
  if (look) writeLook(query, look)
  return query.toString()
}
