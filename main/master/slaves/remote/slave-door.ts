import { request } from 'node:http'
import { isIP } from 'node:net'
import { basicAuthorization } from '../../../../slave/protocol/authorization.ts'
import { type Address, DialError, dial, problemOf } from '../../../../slave/protocol/dial.ts'

export interface Answered {
  readonly status: number
  /** `undefined`: it was no JSON. */
  readonly body: unknown
  /** Of the certificate that was shown. */
  readonly fingerprint: string
  readonly latencyMs: number
}

export interface Question {
  readonly address: Address
  readonly path: string
  /** What is sent; a plain look when it is left out. */
  readonly body?: object
  readonly fingerprint?: string | undefined
  readonly key?: string
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 8000
const LARGEST_ANSWER_BYTES = 64 * 1024

/**
 * Asks a slave that listens something before there is a link.
 *
 * @throws DialError
 */
export async function askSlave(question: Question): Promise<Answered> {
  const { address, path, body, key, timeoutMs = TIMEOUT_MS } = question
  const { fingerprint } = question
  const dialled = await dial({ address, tls: true, fingerprint, timeoutMs })
  const { socket } = dialled
  const startedAt = performance.now()
  const impatient = setTimeout(
    () => socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
    timeoutMs,
  )
  try {
    const { status, text } = await exchange()
    const latencyMs = performance.now() - startedAt
    return { status, body: readJson(text), fingerprint: dialled.fingerprint!, latencyMs }
  } catch (error) {
    throw new DialError(problemOf(error as NodeJS.ErrnoException), (error as Error).message)
  } finally {
    clearTimeout(impatient)
    socket.destroy()
  }

  function exchange(): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          createConnection: () => socket,
          method: body ? 'POST' : 'GET',
          path,
          headers: {
            host: isIP(address.host) === 6 ? `[${address.host}]` : address.host,
            ...(body && { 'content-type': 'application/json' }),
            ...(key && { authorization: basicAuthorization('master', key) }),
          },
        },
        response => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (part: string) => {
            text += part
            if (text.length > LARGEST_ANSWER_BYTES) response.destroy(new Error('too long'))
          })
          response.on('error', reject)
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        },
      )
      sent.on('error', reject)
      sent.end(body && JSON.stringify(body))
    })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
