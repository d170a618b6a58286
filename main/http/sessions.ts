import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { SessionDoor, SessionInfo } from '../bridge/sessions.ts'
import { renameAtOnce } from '../master/lasting.ts'
import type { Stop } from '../master/model.ts'
import { browserName } from './browser-name.ts'

/** The sessions of browsers: who was let in, until when. */
export interface Sessions extends SessionDoor {
  /** Names the data directory to a browser that has been at several, by an address that they shared. */
  readonly desk: string
  /** Lets a browser in. The token is told this once, and only its hash is kept. */
  begin(userAgent: string): { readonly id: string; readonly token: string }
  /** The session of a token; `undefined` when it has none, or none any more. */
  of(token: string): string | undefined
  has(id: string): boolean
  /** Notes that it is used: one that is not is over some day. */
  seen(id: string): void
  /** Told of each session that ends while its browser may be looking. */
  onEnd(listener: (id: string) => void): Stop
}

/** A session that was not used for so long is over. */
export const IDLE_MS = 30 * 86_400_000
/** When one was used last is noted this often: a window that is open asks all the time. */
const NOTED_MS = 3_600_000
const MOST_SESSIONS = 100

const FILE = z.array(
  z.object({
    id: z.string(),
    hash: z.string(),
    browser: z.string(),
    since: z.number(),
    seenAt: z.number(),
  }),
)
type Kept = z.infer<typeof FILE>[number]

/**
 * Sessions that outlive the master, in a file that only this user may read. A session falls with the API token:
 * whoever replaces that shuts every browser out.
 */
export function openSessions({
  file,
  apiToken,
  now,
  log,
}: {
  readonly file: string
  readonly apiToken: string
  readonly now: () => number
  readonly log: (text: string) => void
}): Sessions {
  const keyed = (purpose: string, text: string) =>
    createHmac('sha256', apiToken).update(`${purpose}\n${text}`).digest('base64url')
  const hashOf = (token: string) => keyed('session', token)
  const listeners = new Set<(id: string) => void>()
  let sessions = read()

  return {
    desk: keyed('desk', '').slice(0, 12),
    begin(userAgent) {
      const id = randomBytes(6).toString('hex')
      const token = randomBytes(32).toString('base64url')
      const at = now()
      const begun = {
        id,
        hash: hashOf(token),
        browser: browserName(userAgent),
        since: at,
        seenAt: at,
      }
      const [stay, go] = [living().slice(0, MOST_SESSIONS - 1), living().slice(MOST_SESSIONS - 1)]
      sessions = [begun, ...stay]
      save()
      for (const one of go) tell(one.id)
      return { id, token }
    },
    of(token) {
      const hash = hashOf(token)
      const found = living().find(one => one.hash === hash)
      if (found) seen(found.id)
      return found?.id
    },
    seen,
    has: id => living().some(one => one.id === id),
    list: () => living().map(({ hash: _, ...info }): SessionInfo => info),
    end(ids) {
      const ended = sessions.filter(one => ids.includes(one.id))
      sessions = sessions.filter(one => !ids.includes(one.id))
      if (ended.length > 0) save()
      for (const one of ended) tell(one.id)
      return ended.length
    },
    onEnd(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }

  function seen(id: string) {
    const found = sessions.find(one => one.id === id)
    if (!found || now() - found.seenAt < NOTED_MS) return
    found.seenAt = now()
    save()
  }

  function living(): Kept[] {
    return sessions
      .filter(one => now() - one.seenAt < IDLE_MS)
      .sort((a, b) => b.seenAt - a.seenAt || b.since - a.since)
  }

  function tell(id: string) {
    for (const listener of listeners) listener(id)
  }

  function read(): Kept[] {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log(`${file} can't be read, every browser signs in again: ${(error as Error).message}`)
      return []
    }
    try {
      return FILE.parse(JSON.parse(text))
    } catch {
      log(`${file} is damaged, every browser signs in again`)
      return []
    }
  }

  // What can't be kept holds for this run: nobody is shut out for a full disk.
  function save() {
    const coming = `${file}.new`
    try {
      writeFileSync(coming, `${JSON.stringify(living(), null, 2)}\n`, { mode: 0o600 })
      renameAtOnce(coming, file)
    } catch (error) {
      log(
        `${file} can't be written, sessions last until the next start: ${(error as Error).message}`,
      )
    }
  }
}
