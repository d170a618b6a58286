import { connect, type NetConnectOpts } from 'node:net'

const ANSWER_MS = 1000

/** Whether somebody listens there. What is left of one who was killed does not answer. */
export function answers(at: NetConnectOpts): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(at)
    const settle = (there: boolean) => {
      socket.destroy()
      resolve(there)
    }
    socket.setTimeout(ANSWER_MS, () => settle(false))
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
