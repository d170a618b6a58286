import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_FRAME_BYTES } from '../../../../slave/protocol/envelope.ts'
import { ensureIdentity, type Identity } from '../../../../slave/protocol/identity.ts'
import { alone } from '../../boundary.ts'
import type { Clock } from '../../clock.ts'
import type { SlavePort } from '../../config/model.ts'
import type { AsyncStop, Stop } from '../../model.ts'
import type { Attachment } from '../attachment.ts'
import { createPasswordCheck } from './passwords.ts'
import { openPort, type Port, refuse } from './port.ts'
import { createSlowDown } from './slow-down.ts'

export interface DialInOptions {
  readonly clock: Clock
  /** The data directory, where the certificate is kept. */
  readonly folder: string
  /** The hash of a slave's password. */
  readonly passwordHash: (slave: string) => string | undefined
  readonly onChanged: () => void
  /** See PortOptions. */
  readonly file?: (path: string) => Uint8Array | undefined
  readonly log: (text: string) => void
  /** See PortOptions. */
  readonly handshakeMs?: number
}

export interface Listening {
  readonly where: SlavePort
  /** The one that was picked, where 0 was asked for. */
  readonly port: number
  readonly fingerprint: string
}

export interface DialIn {
  /** Listens there from now on; nowhere with `null`. */
  configure(where: SlavePort | null): Promise<void>
  /** Resolves when what was asked for so far is done. */
  settled(): Promise<void>
  readonly listening: Listening | undefined
  /** Why the port that is wanted can't be had; empty when nothing is wrong. */
  readonly trouble: string
  /** Takes a slave of that name from now on. */
  keep(name: string, attachment: Attachment): Stop
  stop: AsyncStop
}

/** The certificate of the port, in the data directory. */
export const IDENTITY_FILE = 'slave-port.pem'

const RETRY_MS = 10_000

interface Place {
  readonly attachment: Attachment
  /** Slaves of one name are looked at one after the other. */
  turn: Promise<void>
}

/** Takes slaves that dial in with name and password. */
export function startDialIn(options: DialInOptions): DialIn {
  const { clock, log, onChanged } = options
  const places = new Map<string, Place>()
  const slowDown = createSlowDown(clock)
  const passwords = createPasswordCheck()
  const held = new Map<Duplex, Stop>()
  const toldPlain = new Set<string>()
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  let wanted: SlavePort | null = null
  let open:
    | { readonly where: SlavePort; readonly port: Port; readonly identity: Identity }
    | undefined
  let trouble = ''
  let retry: Stop | undefined
  let turn = Promise.resolve()
  let stopping = false

  return {
    configure(where) {
      wanted = where
      turn = turn.then(settle)
      return turn
    },
    settled: () => turn,
    get listening() {
      return (
        open && {
          where: open.where,
          port: open.port.port,
          fingerprint: open.identity.fingerprint,
        }
      )
    },
    get trouble() {
      return trouble
    },
    keep(name, attachment) {
      const place: Place = { attachment, turn: Promise.resolve() }
      places.set(name, place)
      return () => {
        if (places.get(name) === place) places.delete(name)
      }
    },
    async stop() {
      stopping = true
      wanted = null
      turn = turn.then(settle)
      await turn
      for (const cancel of held.values()) cancel()
      for (const socket of held.keys()) socket.destroy()
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }

  async function settle() {
    retry?.()
    if (JSON.stringify(wanted) === JSON.stringify(open?.where ?? null)) return
    await open?.port.stop()
    open = undefined
    trouble = ''
    if (wanted) await openThere(wanted)
    onChanged()
  }

  async function openThere(where: SlavePort) {
    try {
      const identity = ensureIdentity(options.folder, IDENTITY_FILE, 'triphammer-master')
      const port = await openPort({
        where,
        identity,
        onUpgrade: take,
        onPlain,
        ...(options.file && { file: options.file }),
        ...(options.handshakeMs !== undefined && { handshakeMs: options.handshakeMs }),
      })
      open = { where, port, identity }
      log(`slaves dial in at ${where.host}:${port.port}, fingerprint ${identity.fingerprint}`)
    } catch (error) {
      const { message } = error as Error
      if (message !== trouble) log(`slaves can't dial in: ${message}`)
      trouble = message
      retry = clock.after(RETRY_MS, () => {
        turn = turn.then(settle)
      })
    }
  }

  function take(request: IncomingMessage, socket: Duplex, head: Buffer) {
    // A worker that is refused resets the connection.
    socket.on('error', () => {})
    const credentials = readBasic(request.headers.authorization)
    if (typeof credentials === 'string') return refuse(socket, credentials)
    const address = request.socket.remoteAddress ?? ''
    // A slave that was here before is let in whatever others try from its address.
    const { name, password } = credentials
    if (passwords.isKnown(password, hashOf(name))) {
      slowDown.right(address, name)
      if (!stopping) welcome(name, request, socket, head)
      return
    }
    const entered = slowDown.enter(address, name)
    const leave = () => {
      if (entered) slowDown.leave(address, name)
    }
    if (!entered && !slowDown.mayPass(address)) return refuse(socket, '429 Too Many Requests')
    const checked = check(credentials, address).then(({ right, heldMs }) => {
      if (right) {
        leave()
        if (!stopping) welcome(name, request, socket, head)
        return
      }
      // The next of this address is seconds away: there is nothing to hold back.
      if (!entered) return refuse(socket, '429 Too Many Requests')
      // Its place stays taken also when it does not wait for the answer.
      const answer = clock.after(heldMs, () => {
        held.delete(socket)
        leave()
        refuse(socket, '401 Unauthorized')
      })
      held.set(socket, answer)
    })
    alone(checked, error => {
      leave()
      log(`a slave that dials in could not be checked: ${(error as Error).message}`)
      refuse(socket, '500 Internal Server Error')
    })
  }

  async function check({ name, password }: Credentials, address: string) {
    const hash = hashOf(name)
    const right = await passwords.isRight(password, hash)
    if (right) {
      slowDown.right(address, name)
      return { right, heldMs: 0 }
    }
    if (slowDown.isNews(address, name))
      log(`slave port: ${address} was refused: ${why(name, hash)}`)
    return { right, heldMs: slowDown.wrong(address) }
  }

  function hashOf(name: string): string | undefined {
    return places.has(name) ? options.passwordHash(name) : undefined
  }

  function why(name: string, hash: string | undefined): string {
    const shown = JSON.stringify(name.slice(0, 80))
    if (!places.has(name)) return `no slave ${shown} dials in here`
    return hash === undefined
      ? `slave ${shown} has no password yet; "triphammer attach --invite ${name}" makes one`
      : `wrong password for slave ${shown}`
  }

  function onPlain(address: string) {
    if (toldPlain.has(address) || toldPlain.size > 1000) return
    toldPlain.add(address)
    log(
      `slave port: ${address} spoke without encryption and was refused; "tls: false" under slavePort would take it`,
    )
  }

  function welcome(name: string, request: IncomingMessage, socket: Duplex, head: Buffer) {
    sockets.handleUpgrade(request, socket, head, webSocket => {
      // Between now and the handshake nobody else listens for it.
      webSocket.on('error', () => {})
      const place = places.get(name)
      // It may have left the configuration while its password was looked at.
      if (!place) return webSocket.close(1008, 'this slave is no longer configured')
      place.turn = place.turn.then(() => admit(name, place, webSocket))
    })
  }

  // Whether it may take the place of one that is there is for the attachment to say.
  async function admit(name: string, place: Place, webSocket: WebSocket) {
    if (webSocket.readyState !== webSocket.OPEN) return
    try {
      await place.attachment.take(webSocket)
    } catch (error) {
      log(`slave ${name}: refused: ${(error as Error).message}`)
    }
  }
}

interface Credentials {
  readonly name: string
  readonly password: string
}

// A text is how it is refused.
function readBasic(header: string | undefined): Credentials | string {
  if (header === undefined) return '401 Unauthorized'
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(header)?.[1]
  if (encoded === undefined) return '400 Bad Request'
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  // A password may hold colons, a name may not.
  const colon = text.indexOf(':')
  if (colon < 0) return '400 Bad Request'
  return { name: text.slice(0, colon), password: text.slice(colon + 1) }
}
