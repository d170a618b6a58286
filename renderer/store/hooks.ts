import { useCallback, useRef, useSyncExternalStore } from 'react'
import { readDesk, subscribeDesk } from './desk.ts'
import type { Desk } from './desk-state.ts'
import { asleepMs, sleepsOf } from './sleeps.ts'

/** A part of what the window knows; renders again when that part is another. */
export function useDesk<T>(select: (desk: Desk) => T): T {
  return useSyncExternalStore(subscribeDesk, () => select(readDesk()))
}

/** The same for parts that are made anew each time: the last one is kept while `same` holds. */
export function useDeskList<T>(select: (desk: Desk) => readonly T[]): readonly T[] {
  const last = useRef<readonly T[]>([])
  return useSyncExternalStore(subscribeDesk, () => {
    const now = select(readDesk())
    if (now.length === last.current.length && now.every((one, i) => one === last.current[i]))
      return last.current
    last.current = now
    return now
  })
}

/** How long the machine slept in a stretch, in ms. */
export function useAsleepMs(from: number, to: number): number {
  return useDesk(desk => asleepMs(sleepsOf(desk.events), from, to))
}

const tickers = new Map<number, { listeners: Set<() => void>; timer: number; now: number }>()

/** The master's time, renewed every `periodMs` for all who ask for that period. */
export function useNow(periodMs = 1000): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      const ticker = tickerOf(periodMs)
      ticker.listeners.add(listener)
      return () => {
        ticker.listeners.delete(listener)
        if (ticker.listeners.size > 0) return
        clearInterval(ticker.timer)
        tickers.delete(periodMs)
      }
    },
    [periodMs],
  )
  const now = useSyncExternalStore(
    subscribe,
    () => tickers.get(periodMs)?.now ?? Math.floor(Date.now() / periodMs) * periodMs,
  )
  return now + useDesk(desk => desk.clockOffset)
}

function tickerOf(periodMs: number) {
  let ticker = tickers.get(periodMs)
  if (!ticker) {
    const made = { listeners: new Set<() => void>(), timer: 0, now: Date.now() }
    made.timer = window.setInterval(() => {
      made.now = Date.now()
      for (const listener of made.listeners) listener()
    }, periodMs)
    tickers.set(periodMs, (ticker = made))
  }
  return ticker
}
