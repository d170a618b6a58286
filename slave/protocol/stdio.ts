import { Duplex, type Readable, type Writable } from 'node:stream'

/**
 * The line with which a slave on stdin and stdout begins. What comes before it is
 * of login shells and the like, and no part of the protocol.
 */
export const STDIO_GREETING = 'triphammer-slave-on-stdio-1'

/** One stream out of two, over which a WebSocket can run. Ending one end ends both. */
export function joinStreams(readable: Readable, writable: Writable): Duplex {
  const duplex = new Duplex({
    read: () => void readable.resume(),
    write: (chunk, _encoding, done) => void writable.write(chunk, done),
    final: done => void writable.end(done),
    destroy(error, done) {
      readable.destroy()
      writable.destroy()
      done(error)
    },
  })
  readable.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) readable.pause()
  })
  readable.on('end', () => duplex.push(null))
  readable.on('close', () => duplex.destroy())
  // A pipe whose other end has gone is an end like any other.
  readable.on('error', () => duplex.destroy())
  writable.on('error', () => duplex.destroy())
  return duplex
}
