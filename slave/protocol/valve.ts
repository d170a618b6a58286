import type { WebSocket } from 'ws'

/**
 * Decides when a socket is read. An end that sends without waiting for answers, as
 * Buildbot's workers do, waits in its own system for us instead of filling our memory.
 */
export interface Valve {
  /** A message has come. */
  heard(): void
  /** A request of so many bytes is being worked on. Gives what says that it is answered. */
  hold(bytes: number): () => void
  /** Looks at how much the other end has yet to read. */
  look(): void
  /** Something was written to the system. */
  readonly wrote: () => void
  /** Why the socket is not read: we are slower than what came, or the other end does not read. */
  readonly shut: 'for us' | 'for them' | undefined
  /** Opens it for good. */
  stop(): void
}

const MOST_HELD_BYTES = 16 * 1024 * 1024
const MOST_HELD = 2000
// Answers that the other end does not read pile up here.
const MOST_UNREAD_BYTES = 16 * 1024 * 1024
// More messages than any honest end sends; what is beyond waits for the next second.
const MOST_A_SECOND = 50_000
const SECOND_MS = 1000

export function startValve(socket: WebSocket): Valve {
  let heldBytes = 0
  let held = 0
  let heardNow = 0
  let second = 0
  let waiting: NodeJS.Timeout | undefined
  let stopped = false
  let shut: Valve['shut']

  const valve: Valve = {
    heard() {
      const now = performance.now()
      if (now - second >= SECOND_MS) {
        second = now
        heardNow = 0
      }
      if (++heardNow < MOST_A_SECOND || waiting) return
      waiting = setTimeout(
        () => {
          waiting = undefined
          heardNow = 0
          decide()
        },
        second + SECOND_MS - now,
      )
      waiting.unref()
      decide()
    },
    hold(bytes) {
      heldBytes += bytes
      held++
      decide()
      return () => {
        heldBytes -= bytes
        held--
        decide()
      }
    },
    look: decide,
    wrote: () => decide(),
    get shut() {
      return shut
    },
    stop() {
      stopped = true
      clearTimeout(waiting)
      waiting = undefined
      decide()
    },
  }
  return valve

  function decide() {
    const before = shut
    shut = stopped ? undefined : reason()
    if (shut !== undefined && before === undefined) socket.pause()
    if (shut === undefined && before !== undefined) socket.resume()
  }

  // Once shut it opens at the half, so that it does not flutter.
  function reason(): Valve['shut'] {
    const share = shut === undefined ? 1 : 0.5
    if (socket.bufferedAmount > MOST_UNREAD_BYTES * share) return 'for them'
    const full = heldBytes > MOST_HELD_BYTES * share || held > MOST_HELD * share
    return full || waiting !== undefined ? 'for us' : undefined
  }
}
