import { hostname, networkInterfaces } from 'node:os'
import { describeAddress, isLoopback } from './dial.ts'

/**
 * How other machines may call the port that this one listens on, the likeliest
 * first: numbers work where names are not known.
 */
export function ownAddresses(host: string, port: number): string[] {
  return hosts(host).map(one => describeAddress({ host: one, port }))
}

function hosts(host: string): string[] {
  if (isLoopback(host) || (host !== '::' && host !== '0.0.0.0')) return [host]
  const own = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  const outside = own.filter(one => !one.internal && !one.address.startsWith('fe80'))
  const families = host === '::' ? ['IPv4', 'IPv6'] : ['IPv4']
  return [
    ...families
      .flatMap(family => outside.filter(one => one.family === family))
      .map(one => one.address),
    hostname(),
  ]
}
