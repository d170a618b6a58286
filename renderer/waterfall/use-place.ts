import { useEffect, useRef } from 'react'
import { readQuery, routes, writeQuery } from '../store/route.ts'
import { goToMoment, readPosition, subscribePosition } from './position.ts'

const WRITE_AFTER_MS = 300

/** Keeps the moment that is read in the address: `#/waterfall?at=2026-03-01T09:30:00Z` leads back to it. */
export function usePlace(now: number): void {
  const clock = useRef(now)
  clock.current = now
  useEffect(() => {
    const follow = () => {
      const at = Date.parse(readQuery().get('at') ?? '')
      // The address that this view has written itself is where it is already.
      if (!Number.isNaN(at) && Math.abs(at - (readPosition()?.moment ?? clock.current)) > 1000)
        void goToMoment(at, clock.current).catch(() => {})
    }
    let timer = 0
    const write = () => {
      // While it is scrolled without a pause too.
      timer ||= window.setTimeout(() => {
        timer = 0
        const query = readQuery()
        const position = readPosition()
        if (position) query.set('at', new Date(position.moment).toISOString())
        else query.delete('at')
        writeQuery(routes.waterfall, query)
      }, WRITE_AFTER_MS)
    }
    follow()
    const stop = subscribePosition(write)
    window.addEventListener('hashchange', follow)
    return () => {
      stop()
      window.clearTimeout(timer)
      window.removeEventListener('hashchange', follow)
    }
  }, [])
}
