import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { WebSocket } from 'ws'
import { MAX_FRAME_BYTES } from '../../../../slave/protocol/envelope.ts'
import { joinStreams, STDIO_GREETING } from '../../../../slave/protocol/stdio.ts'

// A login shell may say a word or two; a program that is no slave says more.
const MOST_CHATTER_BYTES = 256 * 1024

/**
 * Waits for a slave's greeting on its stdout, and opens the WebSocket to it.
 *
 * @throws Error when the stream ends before, or never was a slave's.
 */
export async function openStdioLink(
  stdout: Readable,
  stdin: Writable,
  onChatter: (text: string) => void,
): Promise<WebSocket> {
  await skipToGreeting(stdout, onChatter)
  const socket = new WebSocket('ws://slave.invalid/', {
    createConnection: () => joinStreams(stdout, stdin) as never,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  })
  await once(socket, 'open')
  return socket
}

function skipToGreeting(stdout: Readable, onChatter: (text: string) => void): Promise<void> {
  const greeting = Buffer.from(`\n${STDIO_GREETING}\n`)
  let seen = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const end = (error?: Error) => {
      stdout.off('data', onData).off('end', onEnd).off('close', onEnd)
      stdout.pause()
      if (error) reject(error)
      else resolve()
    }
    const onEnd = () => end(new Error('it ended before a slave answered'))
    const onData = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk])
      const at = seen.indexOf(greeting)
      if (at < 0 && seen.length < MOST_CHATTER_BYTES) return
      if (at < 0) return end(new Error('what answered is not a slave of Triphammer'))
      const chatter = seen.subarray(0, at).toString('utf8')
      if (chatter.trim() !== '') onChatter(chatter)
      const rest = seen.subarray(at + greeting.length)
      end()
      if (rest.length > 0) stdout.unshift(rest)
    }
    stdout.on('data', onData).on('end', onEnd).on('close', onEnd)
  })
}
