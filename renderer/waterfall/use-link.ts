import { useEffect, useRef } from 'react'
import { bridge } from '../bridge.ts'
import { isFresh, prefer, readPreferences, usePreferences } from '../store/preferences.ts'
import { readQuery, routes, writeQuery } from '../store/route.ts'
import { lookIn, placeOf, type WaterfallLook, writeLook } from './look.ts'

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
    if (isFresh && seen.current === '') void recall()
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  // After the address that the view was opened with has been followed.
  useEffect(() => {
    const timer = setTimeout(() => {
      const query = readQuery()
      // Another address was gone to, and word of it is on its way here.
      if (inShort(lookIn(query)) !== seen.current) return
      const look = { arrangement, axis, zoom, hidden }
      writeLook(query, look)
      seen.current = inShort(lookIn(query))
      writeQuery(routes.waterfall, query)
      keep(look)
    }, WRITE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [arrangement, axis, zoom, hidden])
}

let kept = inShort(readPreferences())

// The desk keeps it for windows that have kept nothing; this one has its own.
function keep(look: WaterfallLook) {
  if (inShort(look) === kept) return
  kept = inShort(look)
  bridge.request('look:keep', { place: placeOf(look) }).catch(() => {})
}

async function recall() {
  const before = kept
  const place = await bridge.request('look:read').catch(() => null)
  const look = place && lookIn(new URLSearchParams(place.split('?')[1]))
  // Who was quicker than the answer has arranged it otherwise.
  if (look && inShort(readPreferences()) === before) prefer(look)
}

function inShort(look: WaterfallLook | null): string {
  const query = new URLSearchParams()
  if (look) writeLook(query, look)
  return query.toString()
}
