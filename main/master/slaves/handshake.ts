import type { WebSocket } from 'ws'
import {
  agree,
  CAPABILITIES,
  type Capabilities,
  isPlain,
} from '../../../slave/protocol/capabilities.ts'
import { FRAME_LIMITS, HANDSHAKE_LIMITS } from '../../../slave/protocol/limits.ts'
import { type Link, startLink } from '../../../slave/protocol/link.ts'
import {
  asMap,
  asString,
  type Fields,
  optional,
  ProtocolError,
} from '../../../slave/protocol/parse.ts'
import type { LeaseTerms } from '../../../slave/protocol/resume.ts'
import { tellingVariables } from '../../../slave/protocol/variables.ts'
import type { SlaveInfo } from '../model.ts'
import { WORKER_SETTINGS } from './worker-settings.ts'

export interface HandshakeOptions {
  readonly onTrouble: (reason: string) => void
  readonly lease: LeaseTerms
  /** How long a slave may take to introduce itself. */
  readonly handshakeMs?: number
  readonly pingMs?: number
}

/** A link to a slave that has introduced itself. */
export interface Introduced {
  readonly link: Link
  /** What the slave told of itself, without its environment. */
  readonly info: SlaveInfo
  readonly capabilities: Capabilities
  /** Which life of the slave this is; `null` when its commands don't outlive their link. */
  readonly runId: string | null
  /** Who answers what the slave asks from now on. */
  serve(answer: (op: string, fields: Fields) => unknown): void
}

const HANDSHAKE_MS = 10_000

/**
 * Shakes hands with a slave over an open WebSocket.
 *
 * @throws ProtocolError when what it says of itself is not of the protocol. The link is closed then.
 */
export async function shakeHands(
  socket: WebSocket,
  options: HandshakeOptions,
): Promise<Introduced> {
  let answer = (_op: string, fields: Fields): unknown => {
    const id = asString(fields.command_id, 'command_id')
    throw new ProtocolError(`there is no command "${id}"`)
  }
  const link = startLink(socket, {
    answer: (op, fields) => answer(op, fields),
    onTrouble: options.onTrouble,
    limits: HANDSHAKE_LIMITS,
    ...(options.pingMs !== undefined && { pingMs: options.pingMs }),
  })
  const { handshakeMs = HANDSHAKE_MS } = options
  const timer = setTimeout(() => link.close('the slave did not introduce itself'), handshakeMs)
  try {
    const all = asMap(await link.request('get_worker_info'), 'the worker info')
    const capabilities = agree(all.triphammer)
    // Builds live below it.
    asString(all.basedir, 'basedir')
    link.limits = FRAME_LIMITS
    // Where nothing beyond Buildbot's protocol is agreed on, the other end may be Buildbot's.
    link.confirmAnswers = isPlain(capabilities)
    const runId = optional(all.run_id, 'run_id', asString) ?? null
    const ours =
      all.triphammer === undefined ? {} : { triphammer: CAPABILITIES, lease: options.lease }
    await link.request('set_worker_settings', { args: { ...WORKER_SETTINGS, ...ours } })
    // The environment holds secrets: what says how builds come out is taken from it, and no more.
    const { environ, ...info } = all
    const variables = tellingVariables(environ)
    return {
      link,
      info: Object.keys(variables).length > 0 ? { ...info, variables } : info,
      capabilities,
      runId: capabilities.resume === undefined ? null : runId,
      serve(how) {
        answer = how
      },
    }
  } catch (error) {
    link.close('the handshake failed')
    throw error
  } finally {
    clearTimeout(timer)
  }
}
