import { isLoopback } from '../../../slave/protocol/dial.ts'
import type { SlavePort } from './model.ts'

export type WrittenSlavePort =
  | number
  | string
  | {
      readonly host?: string | undefined
      readonly port: number
      readonly tls?: boolean | undefined
    }

export const SLAVE_PORT_WORDS = 'must be a port such as 9990, or HOST:PORT such as 192.168.1.5:9990'

// All addresses, of both families where the system has both.
const ALL = '::'

/**
 * Reads where slaves dial in. A bare port is one of all addresses: other machines
 * are what it is for. Beyond this machine TLS is spoken unless `tls: false` says
 * otherwise.
 */
export function parseSlavePort(written: WrittenSlavePort): SlavePort | undefined {
  if (typeof written === 'object') {
    const host = withoutBrackets(written.host ?? ALL)
    return { host, port: written.port, tls: written.tls ?? !isLoopback(host) }
  }
  const match = /^(?:(\[[^\]]+\]|[^:\s]*):)?(\d{1,5})$/.exec(String(written))
  const port = Number(match?.[2])
  if (!match || port > 65_535) return undefined
  const host = withoutBrackets(match[1] || ALL)
  return { host, port, tls: !isLoopback(host) }
}

function withoutBrackets(host: string): string {
  return host === '*' ? ALL : host.replace(/^\[|\]$/g, '')
}
