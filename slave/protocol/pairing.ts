import { createHash, createHmac, randomInt, scrypt, timingSafeEqual } from 'node:crypto'

// How a master and a slave that waits to be dialled come to trust each other.
//
// A person reads a short code off the slave and types it at the master. The
// certificate that the master sees is anybody's until then, so each end proves
// that it knows the code in a way that holds for this one certificate and these
// two nonces only: who stands in between shows another certificate, and its
// relayed proof is worth nothing. The master proves first. So a stranger who
// dials the slave learns nothing and has five guesses, and one who stands in
// between has to try the codes by himself: a code has 30^6 forms, each try costs
// 64 MiB and a fifth of a second, and the code is dead in ten minutes: that takes
// a quarter of a million processors.

/** The form of the pairing. An end that knows another one is too old, or too new. */
export const PAIRING_FORM = 1

/** Where a slave that listens is asked who it is, and paired. */
export const HELLO_PATH = '/triphammer/hello'
export const PAIR_BEGIN_PATH = '/triphammer/pair/begin'
export const PAIR_PROVE_PATH = '/triphammer/pair/prove'
/** Where the master that has the key gives it back. */
export const FORGET_PATH = '/triphammer/forget'

// Without what can be taken for something else: 0 O, 1 I L, U V.
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const HALF = 3

/** A code as it is shown: `47K-9R2`. */
export function makeCode(): string {
  const letters = Array.from({ length: 2 * HALF }, () => LETTERS[randomInt(LETTERS.length)])
  return `${letters.slice(0, HALF).join('')}-${letters.slice(HALF).join('')}`
}

/** A code as people type it, in the form in which it is shown; `undefined` when it can't be one. */
export function parseCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[\s-]/g, '')
  if (letters.length !== 2 * HALF || [...letters].some(one => !LETTERS.includes(one)))
    return undefined
  return `${letters.slice(0, HALF)}-${letters.slice(HALF)}`
}

/** What both ends saw of the meeting. */
export interface Meeting {
  readonly code: string
  /** Of the slave's certificate: the slave's own, or the one that the master was shown. */
  readonly fingerprint: string
  readonly masterNonce: string
  readonly slaveNonce: string
}

export interface Proofs {
  readonly master: string
  /** The slave's proof covers the key that it hands out. */
  slave(linkKey: string): string
}

// Of scrypt: with r = 8 each try takes 64 MiB.
const PAIRING_COST = 2 ** 16

/** Computes what each end has to show. Slow on purpose. */
export async function provePairing(meeting: Meeting, cost = PAIRING_COST): Promise<Proofs> {
  const { code, fingerprint, masterNonce, slaveNonce } = meeting
  const salt = createHash('sha256')
    .update(JSON.stringify([PAIRING_FORM, fingerprint, masterNonce, slaveNonce]))
    .digest()
  const key = await slowKey(code, salt, cost)
  const proof = (...said: string[]) =>
    createHmac('sha256', key).update(JSON.stringify(said)).digest('base64url')
  return { master: proof('master'), slave: linkKey => proof('slave', linkKey) }
}

function slowKey(code: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: cost, r: 8, p: 1, maxmem: 2048 * cost }
  return new Promise((resolve, reject) =>
    scrypt(code, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key))),
  )
}

/** Compares secrets without telling by the time it takes how much of them is right. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
