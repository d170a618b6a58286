import type { Handlers } from '../bridge/contract.ts'
import type { News } from '../bridge/news.ts'
import type { Master } from '../master/master.ts'
import type { Gate } from './security.ts'

/** What is behind the HTTP doors. */
export interface Doors {
  readonly master: Master
  readonly handlers: Handlers
  readonly news: News
  readonly gate: Gate
  /** The built page. */
  readonly staticDir: string
  /** A link that lets one browser in, once; `null` when no HTTP is served. */
  readonly ticketUrl: () => string | null
  readonly log: (text: string) => void
}

/** What is behind them while no master can run. */
export interface RecoveryDoors extends Omit<Doors, 'master'> {
  readonly version: string
  /** Why, and what can be done. */
  readonly why: () => string
}

export function hasMaster(doors: Doors | RecoveryDoors): doors is Doors {
  return 'master' in doors
}
