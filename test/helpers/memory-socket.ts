import { EventEmitter } from 'node:events'
import type { WebSocket } from 'ws'
import type { Random } from './random.ts'

/** A cable in memory, on whatever timers are in force. */
export interface MemoryCable {
  readonly ends: readonly [WebSocket, WebSocket]
  /** Both ends hear of it. */
  drop(): void
  /** Nothing comes through any more, and neither end hears of that. */
  silence(): void
}

interface End extends EventEmitter {
  peer: End
  readyState: number
  later(then: () => void): void
  arrive(then: () => void): void
  pong(): void
  finish(reason: string): void
}

/** Two ends of an open WebSocket. What is sent arrives in order, after a while. */
export function memoryCable(random: Random, mostLatencyMs: number): MemoryCable {
  let silent = false
  const [a, b] = [createEnd(), createEnd()]
  a.peer = b
  b.peer = a
  return {
    ends: [a as unknown as WebSocket, b as unknown as WebSocket],
    drop() {
      for (const end of [a, b]) end.later(() => end.finish('the cable was pulled'))
    },
    silence() {
      silent = true
    },
  }

  function createEnd(): End {
    let last = 0
    const end: End = Object.assign(new EventEmitter(), {
      OPEN: 1,
      readyState: 1,
      bufferedAmount: 0,
      binaryType: '',
      peer: undefined as unknown as End,
      later(then: () => void) {
        const now = performance.now()
        last = Math.max(last, now + random.int(0, mostLatencyMs))
        setTimeout(then, last - now)
      },
      arrive(then: () => void) {
        if (!silent) end.later(() => silent || end.peer.readyState === 3 || then())
      },
      send(bytes: Uint8Array, sent?: () => void) {
        sent?.()
        if (end.readyState !== 1) return
        const frame = Buffer.from(bytes)
        end.arrive(() => end.peer.emit('message', frame, true))
      },
      ping() {
        end.arrive(() => {
          end.peer.emit('ping')
          end.peer.pong()
        })
      },
      pong() {
        end.arrive(() => end.peer.emit('pong'))
      },
      pause() {},
      resume() {},
      close(_code: number, reason: string) {
        if (end.readyState !== 1) return
        end.readyState = 2
        end.arrive(() => {
          end.peer.finish(reason)
          end.finish(reason)
        })
      },
      terminate() {
        end.finish('')
        end.arrive(() => end.peer.finish(''))
      },
      finish(reason: string) {
        if (end.readyState === 3) return
        end.readyState = 3
        end.emit('close', 1006, Buffer.from(reason))
      },
    })
    return end
  }
}
