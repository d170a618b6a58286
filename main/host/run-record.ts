import type { Master } from '../master/master.ts'
import type { LastRun } from './state.ts'
import type { StateStore } from './state-store.ts'

/** Writes into state.json which version runs, where the master stands and how the run ended. */
export interface RunRecord {
  /** Notes where the master stands now. Synchronous, and safe at any time. */
  checkpoint(): void
  /** The last word of a run that stopped in order. */
  end(): void
}

/** Begins the record of this run, and says in the log what is odd about the one before. */
export function startRunRecord(
  state: StateStore,
  master: Pick<Master, 'data' | 'clock'>,
  version: string,
  log: (text: string) => void,
): RunRecord {
  const { data, clock } = master
  let stood = standing()
  let ended = false
  explain(state.get('lastRun'))
  write('running')
  return {
    checkpoint() {
      if (ended) return
      try {
        stood = standing()
      } catch {
        // History is closed; where it stood is known from before.
      }
      write('running')
    },
    end() {
      ended = true
      write('clean')
    },
  }

  function write(ending: LastRun['ending']) {
    state.set('lastRun', { version, ending, at: clock.now(), stood })
  }

  function standing(): NonNullable<LastRun['stood']> {
    return {
      change: data.changes({ limit: 1 })[0]?.id ?? 0,
      request: data.requests(1)[0]?.id ?? 0,
      build: data.builds({ limit: 1 })[0]?.id ?? 0,
    }
  }

  function explain(before: LastRun | null) {
    if (!before) return
    const { ending } = before
    if (before.version !== version) log(`version ${before.version} ran here before`)
    if (ending === 'running') log('the run before this one did not stop in order')
    for (const what of ['change', 'request', 'build'] as const) {
      const known = before.stood?.[what] ?? 0
      if (known > (stood?.[what] ?? 0))
        log(
          `state.json remembers ${what} ${known}, and the newest in history is ${stood?.[what]}: this history.sqlite is an older one`,
        )
    }
  }
}
