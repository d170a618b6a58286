import { once } from 'node:events'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import { basicAuthorization } from './authorization.ts'
import { MAX_FRAME_BYTES } from './envelope.ts'
import { fingerprintOf } from './fingerprint.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What keeps one end from reaching the other. */
export type DialProblem =
  | 'name'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'tls'
  | 'fingerprint'
  /** Answered, and not as a WebSocket of ours would be. `status` says how. */
  | 'answer'
  | 'other'

/** Thrown when the other end can't be reached. The message is for logs; people are told by `problem`. */
export class DialError extends Error {
  override readonly name = 'DialError'
  readonly problem: DialProblem
  /** Of the HTTP answer, where there was one. */
  readonly status: number | undefined
  /** The certificate that was shown, where there was one. */
  readonly fingerprint: string | undefined

  constructor(
    problem: DialProblem,
    message: string,
    more: { readonly status?: number; readonly fingerprint?: string } = {},
  ) {
    super(message)
    this.problem = problem
    this.status = more.status
    this.fingerprint = more.fingerprint
  }
}

export interface DialOptions {
  readonly address: Address
  /** `false` speaks without encryption. */
  readonly tls: boolean
  /** The certificate that must be shown; `undefined` takes any, and tells which. */
  readonly fingerprint: string | undefined
  readonly timeoutMs: number
}

export interface Dialled {
  readonly socket: Socket
  /** Of the certificate that was shown; `undefined` without encryption. */
  readonly fingerprint: string | undefined
}

/**
 * Opens a connection, and looks at the certificate before a byte of ours is sent
 * over it.
 *
 * @throws DialError
 */
export async function dial(options: DialOptions): Promise<Dialled> {
  const { host, port } = options.address
  const timeout = AbortSignal.timeout(options.timeoutMs)
  // No authority signs these certificates: the fingerprint is what counts.
  const socket = options.tls
    ? connectTls({
        host,
        port,
        rejectUnauthorized: false,
        ...(!isIP(host) && { servername: host }),
      })
    : connectPlain({ host, port })
  try {
    await once(socket, options.tls ? 'secureConnect' : 'connect', { signal: timeout })
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    if (timeout.aborted) throw new DialError('timeout', 'no answer in time')
    throw new DialError(problemOf(error as NodeJS.ErrnoException), (error as Error).message)
  }
  if (!options.tls) return { socket, fingerprint: undefined }
  const fingerprint = fingerprintOf((socket as TLSSocket).getPeerCertificate().raw)
  if (options.fingerprint === undefined || options.fingerprint === fingerprint)
    return { socket, fingerprint }
  socket.on('error', () => {})
  socket.destroy()
  throw new DialError('fingerprint', `it shows the certificate ${fingerprint}`, { fingerprint })
}

/**
 * Opens a WebSocket with a name and a password. It is paused: a link resumes it.
 *
 * @throws DialError
 */
export async function dialWebSocket(
  options: DialOptions & {
    readonly name: string
    readonly password: string
    /** Hears of the certificate before the password is sent over it; what it throws keeps the password here. */
    readonly onShown?: (fingerprint: string) => void
  },
): Promise<{ readonly webSocket: WebSocket }> {
  const { socket, fingerprint } = await dial(options)
  try {
    if (fingerprint !== undefined) options.onShown?.(fingerprint)
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  }
  const { host, port } = options.address
  const webSocket = new WebSocket(`ws://${isIP(host) === 6 ? `[${host}]` : host}:${port}/`, {
    // It is open already, with whom it should be.
    createConnection: () => socket,
    headers: { Authorization: basicAuthorization(options.name, options.password) },
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  // The timer of ws stands still on a socket that is open already.
  const impatient = setTimeout(() => socket.destroy(timedOut()), options.timeoutMs)
  webSocket.once('close', () => clearTimeout(impatient))
  return new Promise((resolve, reject) => {
    webSocket.once('open', () => {
      clearTimeout(impatient)
      // A master of Buildbot speaks in the same breath: what it says waits for who will listen.
      webSocket.pause()
      resolve({ webSocket })
    })
    webSocket.once('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0
      response.destroy()
      reject(new DialError('answer', `the answer was ${status}`, { status }))
    })
    webSocket.once('error', (error: NodeJS.ErrnoException) => {
      reject(new DialError(problemOf(error), error.message))
    })
  })
}

function timedOut(): NodeJS.ErrnoException {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
}

/** What a fault of the socket means. */
export function problemOf(error: NodeJS.ErrnoException): DialProblem {
  const code = error.code ?? ''
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'name'
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ETIMEDOUT') return 'timeout'
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'].includes(code))
    return 'unreachable'
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return 'tls'
  // One end begins with TLS and the other does not: what comes is no answer, or the end.
  if (code.startsWith('HPE_')) return 'answer'
  return 'other'
}

export const DEFAULT_PORT = 9990
const LONGEST_ADDRESS = 300

/** Reads `mini.local`, `mini.local:9990`, `192.168.1.7:9990` or `[fe80::1]:9990`; `undefined` when it is none. */
export function parseAddress(text: string, defaultPort = DEFAULT_PORT): Address | undefined {
  // No name is longer, and what is could be looked at for very long.
  if (text.length > LONGEST_ADDRESS) return undefined
  const match =
    /^\s*(?:\[([0-9a-f:.%\w]+)\]|([^\s\0:/@[\]]+)|([0-9a-f]*:[0-9a-f:.]+:[0-9a-f:.]*))(?::(\d{1,5}))?\s*$/i.exec(
      text,
    )
  const host = match?.[1] ?? match?.[2] ?? match?.[3]
  const port = match?.[4] === undefined ? defaultPort : Number(match[4])
  if (!host || port < 1 || port > 65_535) return undefined
  if (match?.[3] !== undefined && isIP(host) !== 6) return undefined
  return { host, port }
}

export function describeAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Whether only this machine can be meant. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
