import { randomBytes } from 'node:crypto'
import type { MasterKeys } from './master-keys.ts'
import { parseFingerprint } from './protocol/fingerprint.ts'
import { makeCode, PAIRING_FORM, provePairing, sameSecret } from './protocol/pairing.ts'
import { asMap, asString, type Fields, ProtocolError } from './protocol/parse.ts'

export interface PairingOptions {
  /** Of this slave's certificate. */
  readonly fingerprint: string
  readonly keys: MasterKeys
  readonly now: () => number
  /** See provePairing; both ends must have the same. */
  readonly cost?: number
  /** There is a new code, for a person to read. */
  readonly onCode: (code: string, goodForMs: number) => void
  /** What a person should know of it. */
  readonly say: (text: string) => void
}

export interface Answer {
  readonly status: number
  readonly body: Fields
}

/** How a slave that waits to be dialled comes to have a master, and only one. */
export interface Pairing {
  readonly taken: boolean
  /** How long the code is good; `null` when there is none that is. */
  readonly codeGoodForMs: number | null
  /** Shows a new code, unless there is a master. */
  newCode(): void
  begin(message: unknown): Answer
  prove(message: unknown): Promise<Answer>
  /** Whether this is the master's key. The first use of a new key completes the pairing. */
  isMaster(key: string): boolean
  /** There is no master any more, and a new code. */
  forget(): void
}

const CODE_MS = 10 * 60_000
const TRIES = 5
// A proof is wanted soon after the nonce was given.
const MEETING_MS = 60_000
const MOST_MEETINGS = 16
const KEY_BYTES = 32

interface Code {
  readonly text: string
  readonly until: number
  triesLeft: number
  /** Given to who has proven the code, and not yet used. */
  pendingKey: string | undefined
}

export function createPairing(options: PairingOptions): Pairing {
  const { keys, now, say } = options
  const fingerprint = parseFingerprint(options.fingerprint)!
  const meetings = new Map<string, { readonly masterNonce: string; readonly until: number }>()
  let code: Code | undefined
  let turn: Promise<unknown> = Promise.resolve()

  return {
    get taken() {
      return keys.taken
    },
    get codeGoodForMs() {
      const left = code ? code.until - now() : 0
      return left > 0 && code!.triesLeft > 0 ? left : null
    },
    newCode,
    begin,
    prove(message) {
      // One after the other: so many tries at once must not become more than five.
      const answer = turn.then(() => prove(message))
      turn = answer.catch(() => {})
      return answer
    },
    isMaster(key) {
      if (keys.isMaster(key)) return true
      if (code?.pendingKey === undefined || !sameSecret(code.pendingKey, key)) return false
      keys.keep(key)
      code = undefined
      say('is paired; from now on it takes this master only')
      return true
    },
    forget() {
      keys.remove()
      code = undefined
      newCode()
    },
  }

  function newCode() {
    if (keys.taken) return
    meetings.clear()
    code = { text: makeCode(), until: now() + CODE_MS, triesLeft: TRIES, pendingKey: undefined }
    options.onCode(code.text, CODE_MS)
  }

  function begin(message: unknown): Answer {
    const { form, masterNonce } = asMap(message, 'the message')
    if (form !== PAIRING_FORM) return refused('form', { form: PAIRING_FORM })
    const wrong = refuse()
    if (wrong) return wrong
    const nonce = asString(masterNonce, 'masterNonce')
    if (nonce.length < 20 || nonce.length > 100) throw new ProtocolError('masterNonce is too short')
    for (const [old, { until }] of meetings) if (until < now()) meetings.delete(old)
    const [oldest] = meetings.keys()
    if (meetings.size >= MOST_MEETINGS) meetings.delete(oldest!)
    const slaveNonce = randomBytes(32).toString('base64url')
    meetings.set(slaveNonce, { masterNonce: nonce, until: now() + MEETING_MS })
    return { status: 200, body: { slaveNonce } }
  }

  async function prove(message: unknown): Promise<Answer> {
    const fields = asMap(message, 'the message')
    const slaveNonce = asString(fields.slaveNonce, 'slaveNonce')
    const proof = asString(fields.proof, 'proof')
    const wrong = refuse()
    if (wrong) return wrong
    const meeting = meetings.get(slaveNonce)
    // A nonce is good for one proof.
    meetings.delete(slaveNonce)
    if (!meeting || meeting.until < now()) return refused('expired')
    const tried = code!
    tried.triesLeft--
    const { masterNonce } = meeting
    const meant = { code: tried.text, fingerprint, masterNonce, slaveNonce }
    const proofs = await provePairing(meant, options.cost)
    if (!sameSecret(proofs.master, proof)) {
      const { triesLeft } = tried
      say(
        triesLeft > 0
          ? `a wrong code was tried; ${triesLeft} more and this code is dead`
          : 'five wrong codes were tried; this code is dead',
      )
      return refused('code', { triesLeft })
    }
    tried.triesLeft++
    const key = randomBytes(KEY_BYTES).toString('base64url')
    tried.pendingKey = key
    return { status: 200, body: { key, proof: proofs.slave(key) } }
  }

  function refuse(): Answer | undefined {
    if (keys.taken) return refused('taken')
    if (!code || code.until <= now()) return refused('expired')
    return code.triesLeft > 0 ? undefined : refused('tries')
  }
}

function refused(problem: string, more: Fields = {}): Answer {
  return { status: 403, body: { problem, ...more } }
}
