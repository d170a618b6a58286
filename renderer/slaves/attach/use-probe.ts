import { useEffect, useState } from 'react'
import { bridge, type Probe } from '../../bridge.ts'
import { unexpected } from './use-order.ts'

export type ProbeState =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'answered'; readonly probe: Probe; readonly at: number }

// Long enough for somebody who types, short for somebody who waits.
const PAUSE_MS = 500

/** Looks who answers at an address, a moment after it was typed. */
export function useProbe(address: string): ProbeState & { again: () => void } {
  const [state, setState] = useState<ProbeState & { address?: string }>({ kind: 'nothing' })
  const [tries, setTries] = useState(0)
  const wanted = address.trim()

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks once more for the same.
  useEffect(() => {
    if (wanted === '') return setState({ kind: 'nothing' })
    let current = true
    const timer = setTimeout(() => {
      setState({ kind: 'asking' })
      void bridge
        .request('attach:probe', { address: wanted })
        .catch(unexpected)
        .then(probe => current && setState({ kind: 'answered', probe, at: Date.now() }))
    }, PAUSE_MS)
    setState({ kind: 'nothing' })
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted, tries])

  return { ...state, again: () => setTries(tries + 1) }
}
