import type { Handlers } from '../bridge/contract.ts'
import type { News } from '../bridge/news.ts'
import type { Master } from '../master/master.ts'

/** What is behind the HTTP doors. */
export interface Doors {
  readonly master: Master
  readonly handlers: Handlers
  readonly news: News
  /** Bearer token of the local API. */
  readonly token: string
  /** The built page. */
  readonly staticDir: string
  /** A URL that lets one browser in, once; `null` when no HTTP is served. */
  readonly ticketUrl: () => string | null
  readonly log: (text: string) => void
}
