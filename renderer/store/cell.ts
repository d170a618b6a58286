import { useSyncExternalStore } from 'react'

/** A value outside of React that parts of the window follow. */
export interface Cell<T> {
  read(): T
  write(next: T): void
  /** Calls back after each write. Returns what ends that. */
  subscribe(listener: () => void): () => void
}

export function createCell<T>(first: T): Cell<T> {
  const listeners = new Set<() => void>()
  let value = first
  return {
    read: () => value,
    write(next) {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** @param select What of it is wanted; the same value for the same content, or the part renders for ever. */
export function useCell<T>(cell: Cell<T>): T
export function useCell<T, Part>(cell: Cell<T>, select: (value: T) => Part): Part
export function useCell<T>(cell: Cell<T>, select: (value: T) => unknown = value => value): unknown {
  return useSyncExternalStore(cell.subscribe, () => select(cell.read()))
}
