import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { endRun, insertRun, listRuns } from '../db/runs.ts'
import type { LogStore } from '../logs/log-store.ts'
import type { Committed } from '../logs/log-writing.ts'
import type { RunId } from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import { bisectData } from './bisects.ts'
import { buildData } from './builds.ts'
import { changeData } from './changes.ts'
import { deskData } from './desk.ts'
import { createGate, LOCKED } from './gate.ts'
import { logData } from './logs.ts'
import { monitoredData } from './monitored.ts'
import { requestData } from './requests.ts'
import { slaveKeyData } from './slave-keys.ts'
import { slaveData } from './slaves.ts'
import { createUpdate } from './unit.ts'

export interface DataOptions {
  readonly db: Database
  readonly logs: LogStore
  readonly mq: Mq
  readonly clock: Clock
  /** The version of the app, for the record of runs. */
  readonly version: string
  /** `desktop` or `headless`. */
  readonly shell: string
  /** Called after each commit. */
  readonly onCommit: () => void
  /** One line of the app's log. */
  readonly log?: (text: string) => void
}

/** The only door to state: reads, and updates that write history, then publish on mq. */
export type Data = ReturnType<typeof createData>['data']

export function createData(options: DataOptions) {
  const { db, logs, mq, clock } = options
  const log = options.log ?? (() => {})
  const gate = createGate({ db, onLocked, onTrouble })
  const update = createUpdate(gate, mq, options.onCommit)
  // The same trouble is met by many at once, and is worth one line.
  let told: string | undefined
  let run = 0 as RunId
  const logPart = logData(db, update, clock, mq, logs, gate.patiently)
  const data = {
    ...deskData(db, update, mq),
    ...slaveData(db, update, clock, mq, gate.eventually),
    ...slaveKeyData(db, update, clock),
    ...changeData(db, update, clock),
    ...requestData(db, update, clock),
    ...bisectData(db, update),
    ...buildData(db, update, clock, () => run),
    ...monitoredData(db, update, () => run),
    ...logPart.data,
    /** Newest first; the first is the present one. */
    runs: (limit: number) => listRuns(db, limit),
    /** Does several updates as one. */
    together: <T>(work: () => T): T => update(work),
    writable: gate.writable,
    patiently: gate.patiently,
    eventually: gate.eventually,
    onWritable: gate.onFree,
    /** The first word of a master that builds: what it claims is claimed in this run's name. */
    startRun(): void {
      run = update(() => insertRun(db, options.version, options.shell, clock.now()))
    },
    /** The last word of a master that stops in order. */
    endRun: () => update(() => endRun(db, run, clock.now(), 'clean')),
  }
  return {
    data,
    logsCommitted: (list: readonly Committed[]) => logPart.committed(list),
    stop: gate.stop,
  }

  function onLocked(forMs: number | undefined) {
    if (forMs === undefined) return onTrouble(LOCKED)
    told = undefined
    log(`history can be written again, after ${Math.ceil(forMs / 1000)} s`)
    if (forMs >= WORTH_TELLING_MS)
      gate.eventually(() => void data.addEvent('history-locked', String(Math.round(forMs))))
  }

  function onTrouble(reason: string) {
    if (reason === told) return
    told = reason
    log(`history can't be written: ${reason}`)
  }
}

// Another program may look at the file for a moment; nobody notices that.
const WORTH_TELLING_MS = 1000
