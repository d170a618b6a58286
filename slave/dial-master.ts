import type { WebSocket } from 'ws'
import { type Address, DialError, describeAddress, dialWebSocket } from './protocol/dial.ts'
import { localNetworkHint } from './protocol/local-network.ts'

export interface DialMasterOptions {
  readonly master: Address
  /** `false` speaks without encryption, as a stock master of Buildbot does. */
  readonly tls: boolean
  readonly name: string
  readonly password: string
  /** The master's certificate; `undefined` before it was seen. */
  readonly fingerprint: () => string | undefined
  /** A person gave that certificate with --fingerprint, so there is nothing to forget. */
  readonly given?: boolean
  /** The certificate that was shown when there was none to compare it with, before it is told the password. */
  readonly onFirstSeen: (fingerprint: string) => void
  /** The master took name and password. */
  readonly onTaken: () => void
  readonly say: (topic: string, text: string) => void
  /** Between 0 and 1. */
  readonly random?: () => number
  readonly timeoutMs?: number
  readonly firstPauseMs?: number
}

const TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000
// A link that lasted so long worked, and the next pause is as short as the first.
const WORKED_MS = 1000
// After a shorter one: the master is there, and had a reason to hang up that may still hold.
const LONGEST_PAUSE_AFTER_LINK_MS = 4000

/** Dials the master again and again, with a growing pause, and hands each link over. */
export function dialMaster(
  options: DialMasterOptions,
  onMaster: (socket: WebSocket) => void,
): { close(): void } {
  const { master, tls, name, password, say, random = Math.random } = options
  const { firstPauseMs = FIRST_PAUSE_MS, timeoutMs = TIMEOUT_MS } = options
  const shown = describeAddress(master)
  let closed = false
  let pauseMs = firstPauseMs
  let timer: NodeJS.Timeout | undefined
  let told = ''
  void attempt()

  return {
    close() {
      closed = true
      clearTimeout(timer)
    },
  }

  async function attempt() {
    try {
      const pinned = options.fingerprint()
      const { webSocket } = await dialWebSocket({
        address: master,
        tls,
        fingerprint: pinned,
        name,
        password,
        timeoutMs,
        // Also of a master that refuses: the password goes to one certificate only.
        ...(pinned === undefined && { onShown: options.onFirstSeen }),
      })
      if (closed) return webSocket.terminate()
      options.onTaken()
      say('link', `attached to ${shown}`)
      told = ''
      const openedAt = performance.now()
      webSocket.on('error', () => {})
      webSocket.once('close', () => {
        pauseMs = pauseAfterLink(performance.now() - openedAt, pauseMs, firstPauseMs)
        again()
      })
      onMaster(webSocket)
    } catch (error) {
      const reason = error instanceof DialError ? explain(error) : (error as Error).message
      if (reason !== told && !closed) say('link', `${reason}; it is tried again until it works`)
      told = reason
      again()
    }
  }

  function again() {
    if (closed) return
    // Many slaves that lost one master must not all come back in one moment.
    timer = setTimeout(() => void attempt(), pauseMs * (0.75 + 0.5 * random()))
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.7)
  }

  function explain({ problem, status, fingerprint, message }: DialError): string {
    switch (problem) {
      case 'name':
        return `no machine called "${master.host}" is known here: check the spelling in --master, or give its IP address`
      case 'refused':
        return `nothing listens at ${shown}: is the master running, and does its master.yml have that slavePort?`
      case 'timeout':
        return `${shown} does not answer: is that machine on, and does its firewall let the port through?`
      case 'unreachable':
        return `there is no way from here to ${master.host}: are both machines in one network, or is the VPN up?${localNetworkHint()}`
      case 'tls':
        return `${shown} does not encrypt as a Triphammer master does: check the port, or say --plain for a stock master of Buildbot in a network that you trust`
      case 'fingerprint':
        if (options.given)
          return `the master at ${shown} has another certificate than --fingerprint says: its fingerprint is ${fingerprint}. If "triphammer attach --invite" shows that one, start the slave with it; if not, somebody may be listening in`
        return `the master at ${shown} is not the one from before: its fingerprint is ${fingerprint}. If it was set up anew, or --master was mistyped before, run "triphammer slave --forget --name ${name}"; if not, somebody may be listening in`
      case 'answer':
        return explainStatus(status)
      case 'other':
        return `${shown} could not be reached: ${message}`
    }
  }

  function explainStatus(status: number | undefined): string {
    if (status === 401)
      return `the master at ${shown} does not take "${name}" with this password: "triphammer attach --invite ${name}" over there makes a new one`
    if (status === 426)
      return `the master at ${shown} takes encrypted links only: leave out --plain`
    if (status === 429)
      return `the master at ${shown} is slowing this address down, after wrong passwords`
    return `what answers at ${shown} is not a master: check the port`
  }
}

/** How long to wait once a link has ended: the master was there, whatever it was before. */
export function pauseAfterLink(livedMs: number, pauseMs: number, firstPauseMs: number): number {
  return livedMs > WORKED_MS ? firstPauseMs : Math.min(pauseMs, LONGEST_PAUSE_AFTER_LINK_MS)
}
