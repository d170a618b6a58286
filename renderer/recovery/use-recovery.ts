import { bridge, type RecoveryStatus } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'

// While something is under way the picture follows; a master that runs is not asked again.
const LOOK_MS = 400

const status = createCell<RecoveryStatus | undefined>(undefined)
let timer: number | undefined

/** Begins to follow whether a master runs. */
export function startRecovery(): void {
  bridge.onConnection(connected => connected && void look())
  void look()
}

/** `undefined` until it is known. */
export function useRecovery(): RecoveryStatus | undefined {
  return useCell(status)
}

export async function look(): Promise<void> {
  window.clearTimeout(timer)
  const before = status.read()
  try {
    const now = await bridge.request('recovery:status')
    // What the window knows is of another history, or of none: it begins again.
    if (before && isShown(before) !== isShown(now)) return window.location.reload()
    status.write(now)
  } catch {
    // The line dropped, or this browser is not let in; the desk says so.
  }
  const known = status.read()
  if (known && !isShown(known)) timer = window.setTimeout(() => void look(), LOOK_MS)
}

function isShown({ phase }: RecoveryStatus): boolean {
  return phase === 'running' || phase === 'looking'
}
