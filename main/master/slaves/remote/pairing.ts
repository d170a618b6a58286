import { randomBytes } from 'node:crypto'
import {
  type Address,
  DialError,
  describeAddress,
  parseAddress,
} from '../../../../slave/protocol/dial.ts'
import { parseFingerprint } from '../../../../slave/protocol/fingerprint.ts'
import { type Hello, parseHello } from '../../../../slave/protocol/hello.ts'
import {
  FORGET_PATH,
  HELLO_PATH,
  PAIR_BEGIN_PATH,
  PAIR_PROVE_PATH,
  PAIRING_FORM,
  parseCode,
  provePairing,
  sameSecret,
} from '../../../../slave/protocol/pairing.ts'
import { asMap, asString, type Fields, ProtocolError } from '../../../../slave/protocol/parse.ts'
import type { AttachTrouble, Probe } from './attach.ts'
import { askSlave } from './slave-door.ts'
import { explainDial, notASlave, trouble } from './trouble.ts'

/** Looks who waits at an address to be dialled. */
export async function probeSlave(written: string): Promise<Probe> {
  const address = parseAddress(written)
  if (!address) return badAddress(written)
  const shown = describeAddress(address)
  return told(shown, async () => {
    const answer = await askSlave({ address, path: HELLO_PATH })
    if (answer.status !== 200) return notASlave(shown)
    const hello = parseHello(answer.body)
    const wrong = refuse(hello, shown)
    if (wrong) return wrong
    const { form: _form, taken: _taken, ...said } = hello
    const { fingerprint } = answer
    return {
      ok: true,
      address: shown,
      fingerprint,
      ...said,
      latencyMs: Math.round(answer.latencyMs),
    }
  })
}

export interface Pairing {
  readonly ok: true
  readonly address: string
  readonly fingerprint: string
  /** What this master shows from now on. */
  readonly key: string
}

/**
 * Proves to the slave that we know its code, and lets it prove the same. Nothing is
 * sent to who shows another certificate than the one the person has seen.
 */
export async function pairWithSlave(order: {
  readonly address: string
  readonly code: string
  readonly fingerprint: string
  /** Of the pairing; for tests. */
  readonly cost?: number
}): Promise<Pairing | AttachTrouble> {
  const address = parseAddress(order.address)
  if (!address) return badAddress(order.address)
  const code = parseCode(order.code)
  if (!code)
    return trouble(
      'code',
      `"${order.code}" is not a pairing code.`,
      'A code has six letters and digits, as in 47K-9R2. The slave shows it.',
    )
  const fingerprint = parseFingerprint(order.fingerprint)
  if (!fingerprint)
    return trouble(
      'fingerprint',
      `"${order.fingerprint}" is not a fingerprint.`,
      'Copy the whole line that the slave shows.',
    )
  const shown = describeAddress(address)
  const answer = await told(shown, async (): Promise<Pairing | AttachTrouble> => {
    const masterNonce = randomBytes(32).toString('base64url')
    const begun = await ask(PAIR_BEGIN_PATH, { form: PAIRING_FORM, masterNonce })
    if (begun instanceof Refused) return begun.trouble
    const slaveNonce = asString(begun.slaveNonce, 'slaveNonce')
    const proofs = await provePairing({ code, fingerprint, masterNonce, slaveNonce }, order.cost)
    const proven = await ask(PAIR_PROVE_PATH, { slaveNonce, proof: proofs.master })
    if (proven instanceof Refused) return proven.trouble
    const key = asString(proven.key, 'key')
    if (key.length < 40 || !sameSecret(proofs.slave(key), asString(proven.proof, 'proof')))
      return trouble(
        'impostor',
        `What answers at ${shown} does not know the code that you typed.`,
        'Somebody may stand between the two machines. Get a new code at the slave before you try again.',
      )
    return { ok: true, address: shown, fingerprint, key }
  })
  return !answer.ok && answer.problem === 'fingerprint' ? otherFingerprint(shown) : answer

  // Refusals come as a map with a problem.
  async function ask(path: string, body: object): Promise<Fields | Refused> {
    const answer = await askSlave({ address: address!, path, body, fingerprint })
    const said = asMap(answer.body, 'the answer')
    return answer.status === 200 ? said : new Refused(explainRefusal(said, shown))
  }
}

// A class, so that nothing that the other end says can be taken for one.
class Refused {
  readonly trouble: AttachTrouble
  constructor(trouble: AttachTrouble) {
    this.trouble = trouble
  }
}

/** Tells a slave that this master does not want it any more. False when it could not be told. */
export async function giveKeyBack(
  address: Address,
  fingerprint: string,
  key: string,
): Promise<boolean> {
  const question = { address, path: FORGET_PATH, body: {}, fingerprint, key, timeoutMs: 4000 }
  return askSlave(question).then(
    // One that does not know the key has forgotten it before.
    ({ status }) => status === 200 || status === 401,
    () => false,
  )
}

async function told<T>(
  address: string,
  work: () => Promise<T | AttachTrouble>,
): Promise<T | AttachTrouble> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DialError) return explainDial(error, address)
    if (error instanceof ProtocolError) return notASlave(address)
    throw error
  }
}

function refuse(hello: Hello, address: string): AttachTrouble | undefined {
  if (hello.form !== PAIRING_FORM) return explainForm(hello.form, address)
  if (hello.taken) return explainRefusal({ problem: 'taken' }, address)
  if (hello.codeGoodForMs === null) return explainRefusal({ problem: 'expired' }, address)
  return undefined
}

function explainForm(form: number, address: string): AttachTrouble {
  return form < PAIRING_FORM
    ? trouble(
        'too-old',
        `The slave at ${address} is too old to be paired with this version.`,
        'Update Triphammer on that machine and start the slave again.',
      )
    : trouble(
        'too-old',
        `The slave at ${address} is newer than this Triphammer and pairs in another way.`,
        'Update Triphammer on this machine.',
      )
}

function explainRefusal(said: Fields, address: string): AttachTrouble {
  switch (said.problem) {
    case 'code': {
      const left = Number(said.triesLeft)
      if (left === 0) return explainRefusal({ problem: 'tries' }, address)
      return trouble(
        'code',
        'The code is not the one that the slave shows.',
        `Type it again; ${left === 1 ? 'one try is' : `${left} tries are`} left.`,
      )
    }
    case 'tries':
      return trouble(
        'tries',
        'Five codes were wrong, so the slave takes no more for now.',
        'Press Enter in its window for a new code, or start it again.',
      )
    case 'expired':
      return trouble(
        'expired',
        `The slave at ${address} has no code that is good: codes are good for ten minutes.`,
        'Press Enter in its window for a new code, or start it again.',
      )
    case 'taken':
      return trouble(
        'taken',
        `The slave at ${address} belongs to a master already.`,
        'On that machine, run "triphammer slave --forget" with the name of the slave; then it shows a code.',
      )
    case 'form':
      return explainForm(Number(said.form) || 0, address)
    default:
      return notASlave(address)
  }
}

function otherFingerprint(address: string): AttachTrouble {
  return trouble(
    'fingerprint',
    `What answers at ${address} shows another fingerprint than the one that was compared.`,
    'Compare it again with what the slave shows. If they differ, somebody stands in between: do not go on.',
  )
}

function badAddress(written: string): AttachTrouble {
  return trouble(
    'address',
    `"${written}" is not an address.`,
    'Type the name or number of the machine and the port, as the slave shows it: mini.local:9990.',
  )
}

/** Whether it can be a pairing code at all: a person is told of a slip before anything is asked. */
export function isPairingCode(text: string): boolean {
  return parseCode(text) !== undefined
}
