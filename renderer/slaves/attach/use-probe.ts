import { useEffect, useState } from 'react'
import { bridge, type Probe } from '../../bridge.ts'

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
      bridge.request('attach:probe', { address: wanted }).then(
        probe => current && setState({ kind: 'answered', probe, at: Date.now() }),
        (error: Error) =>
          current &&
          setState({
            kind: 'answered',
            at: Date.now(),
            probe: {
              ok: false,
              problem: 'other',
              message: `${error.message}.`,
              nextStep: 'Try again.',
            },
          }),
      )
    }, PAUSE_MS)
    setState({ kind: 'nothing' })
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted, tries])

  return { ...state, again: () => setTries(tries + 1) }
}
