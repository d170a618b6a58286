import type { Handlers } from './contract.ts'
import { mustBe } from './refused.ts'

/** A browser that was let in. */
export interface SessionInfo {
  /** No secret: it names the session, and opens nothing. */
  readonly id: string
  /** `Chrome on Linux`. */
  readonly browser: string
  readonly since: number
  /** When it was used last, to the hour. */
  readonly seenAt: number
}

/** The sessions of browsers, for whoever may end them. */
export interface SessionDoor {
  /** The one that was used last comes first. */
  list(): readonly SessionInfo[]
  /** Ends some of them: their windows are cut off at once. Returns how many there were. */
  end(ids: readonly string[]): number
}

type SessionHandlers = Pick<Handlers, 'sessions:list' | 'sessions:end'>

/** @param door Not there where no browser can be let in. */
export function sessionHandlers(door: SessionDoor | undefined): SessionHandlers {
  return {
    'sessions:list': () => door?.list() ?? [],
    'sessions:end'({ ids }) {
      const ended = door?.end(ids) ?? 0
      mustBe(ended > 0 || undefined, 'there is no such session')
      return ended
    },
  }
}
