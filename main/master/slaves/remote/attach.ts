import type { SlavePort } from '../../config/model.ts'
import type { SlavePackage } from './slave-package.ts'

// What a person who attaches a slave is told. Types only: windows take them.

/** What stood in the way, for whoever wants to react to it; people read `message` and `nextStep`. */
export type AttachProblem =
  /** The address can't be read as one. */
  | 'address'
  /** The name of the machine is not known. */
  | 'name'
  /** The machine is there, and nothing listens on that port. */
  | 'refused'
  | 'timeout'
  /** There is no way to that machine. */
  | 'unreachable'
  /** Something listens there that is no slave of ours. */
  | 'not-a-slave'
  /** One of the two ends is too old to pair with the other. */
  | 'too-old'
  /** The two ends do not agree on encryption. */
  | 'tls'
  /** The slave belongs to a master already. */
  | 'taken'
  | 'code'
  /** Five wrong codes. */
  | 'tries'
  | 'expired'
  /** Somebody else answers at that address, or stands in between. */
  | 'fingerprint'
  /** It took the code and could not prove that it knows it. */
  | 'impostor'
  /** The name can't be given to this slave. */
  | 'slave-name'
  /** The master listens nowhere for slaves. */
  | 'no-slave-port'
  /** A checkout that was not built has no slave to give away. */
  | 'no-package'
  /** master.yml can't be written as it is. */
  | 'config'
  | 'other'

export interface AttachTrouble {
  readonly ok: false
  readonly problem: AttachProblem
  /** What is wrong, in one sentence. */
  readonly message: string
  /** What to do about it, in one sentence. */
  readonly nextStep: string
}

/** How a slave that waits to be dialled introduces itself. */
export interface ProbeAnswer {
  readonly ok: true
  /** As it is dialled: with its port. */
  readonly address: string
  /** Of its certificate; the slave shows the same. */
  readonly fingerprint: string
  readonly name: string
  readonly os: string
  readonly arch: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly version: string
  readonly capabilities: Readonly<Record<string, number>>
  readonly latencyMs: number
  /** How long its pairing code is good; `null` when it has none. */
  readonly codeGoodForMs: number | null
}
export type Probe = ProbeAnswer | AttachTrouble

export interface PairOrder {
  readonly address: string
  readonly code: string
  /** As the probe showed it. A slave with another one gets to see nothing. */
  readonly fingerprint: string
  readonly name: string
  readonly tags: readonly string[]
  readonly maxBuilds: number | null
}
export type Paired = { readonly ok: true; readonly name: string } | AttachTrouble

export interface InviteOrder {
  readonly name: string
  readonly tags: readonly string[]
  readonly maxBuilds: number | null
  /** One that the slave has already, such as that of an existing buildbot-worker; made up otherwise. */
  readonly password?: string
}
export interface Invitation {
  readonly ok: true
  readonly name: string
  /** What to type on the far machine: it gets the slave from here, checks it and starts it. It asks for the password. */
  readonly command: string
  /** The same for a stock worker of Buildbot; `null` where the port takes encrypted links only. */
  readonly stockCommand: string | null
  /** Where the slave dials. */
  readonly address: string
  /** Of the master's certificate; the slave shows the same. */
  readonly fingerprint: string
  /** Shown once: only its hash is kept. */
  readonly password: string
}
export type Invited = Invitation | AttachTrouble

/** Where slaves dial in. */
export interface AttachInfo {
  /** `null`: nowhere. */
  readonly slavePort: ListeningPort | null
  /** Why the port that master.yml names can't be had; empty when nothing is wrong. */
  readonly trouble: string
  /** `null` in a checkout that was not built. */
  readonly slavePackage: SlavePackage | null
}
export interface ListeningPort extends SlavePort {
  readonly fingerprint: string
  /** Addresses of this machine that others can try, with the port. */
  readonly addresses: readonly string[]
}
export type Listened = (AttachInfo & { readonly ok: true }) | AttachTrouble
export type Revoked = {
  readonly ok: true
  /** What is left to do at the far end, or empty. */
  readonly nextStep: string
}
