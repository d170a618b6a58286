import {
  DialError,
  describeAddress,
  dialWebSocket,
  parseAddress,
} from '../../../../slave/protocol/dial.ts'
import type { Clock } from '../../clock.ts'
import type { AsyncStop, SlaveState, Stop } from '../../model.ts'
import type { Attachment } from '../attachment.ts'
import { explainDial } from './trouble.ts'

export interface DialOutOptions {
  readonly address: string
  readonly attachment: Attachment
  readonly clock: Clock
  /** What the slave shows and what it wants to see; `undefined` before they were paired. */
  readonly keys: () => Promise<{ readonly fingerprint: string; readonly key: string } | undefined>
  readonly onState: (state: SlaveState, reason: string) => void
  readonly log: (text: string) => void
  /** Between 0 and 1. */
  readonly random?: () => number
}

export interface DialOut {
  /** Dials now: the keys have changed. */
  again(): void
  stop: AsyncStop
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
// A link that lasted this long was sound; the next pause is short again.
const SOUND_MS = 20_000
const TIMEOUT_MS = 10_000

/** Dials a slave that waits at an address, again and again, with a growing pause. */
export function startDialOut(options: DialOutOptions): DialOut {
  const { attachment, clock, onState, random = Math.random } = options
  const address = parseAddress(options.address)!
  const shown = describeAddress(address)
  let stopping = false
  let pauseMs = FIRST_PAUSE_MS
  let cancelPause: Stop | undefined
  let told = ''
  let life = live()

  return {
    again() {
      if (stopping || !cancelPause) return
      pauseMs = FIRST_PAUSE_MS
      cancelPause()
      cancelPause = undefined
      life = live()
    },
    async stop() {
      stopping = true
      cancelPause?.()
      await attachment.stop()
      await life
    },
  }

  async function live(): Promise<void> {
    const startedAt = clock.now()
    const reason = await runOnce()
    if (stopping) return
    // Somebody has to do something first, and says so with `again`.
    if (reason === undefined) {
      cancelPause = () => {}
      return
    }
    if (clock.now() - startedAt > SOUND_MS) pauseMs = FIRST_PAUSE_MS
    // Many slaves that lost one master must not all come back in one moment.
    const waitMs = Math.round(pauseMs * (0.75 + 0.5 * random()))
    onState('offline', `${reason} It is dialled again in ${Math.ceil(waitMs / 1000)} s.`)
    if (reason !== told) options.log(reason)
    told = reason
    cancelPause = clock.after(waitMs, () => {
      cancelPause = undefined
      life = live()
    })
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }

  /** Resolves with the reason when the link has ended; with nothing when there is nobody to dial. */
  async function runOnce(): Promise<string | undefined> {
    try {
      const keys = await options.keys()
      if (!keys) {
        onState(
          'offline',
          `it is not paired with this master: "triphammer attach ${shown} --code CODE" does that`,
        )
        return undefined
      }
      const { fingerprint, key } = keys
      const { webSocket } = await dialWebSocket({
        address,
        tls: true,
        fingerprint,
        name: 'master',
        password: key,
        timeoutMs: TIMEOUT_MS,
      })
      if (stopping) {
        webSocket.terminate()
        return ''
      }
      const { ended } = await attachment.take(webSocket)
      told = ''
      pauseMs = FIRST_PAUSE_MS
      return `The link was lost: ${await ended}.`
    } catch (error) {
      if (!(error instanceof DialError)) return `${(error as Error).message}.`
      const { message, nextStep } = explainDial(error, shown)
      return `${message} ${nextStep}`
    }
  }
}
