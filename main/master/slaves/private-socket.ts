import { connect } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'

/**
 * Begins a WebSocket over a private socket. The path goes to the system as it is:
 * within a `ws+unix:` URL a space, a colon or a letter beyond ASCII makes another path of it.
 *
 * @param resource What is asked for there, such as `/bridge`.
 */
export function openPrivateSocket(
  path: string,
  resource: string,
  options: ClientOptions = {},
): WebSocket {
  return new WebSocket(`ws://localhost${resource}`, {
    ...options,
    perMessageDeflate: false,
    createConnection: () => connect(path),
  })
}
