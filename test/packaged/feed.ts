import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stringify } from 'yaml'
import { type SignedRelease, signedBytes } from '../../main/app/update/feed-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
/** The key that the packaged apps of this run know. */
export const FEED_KEY = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

export interface Feed {
  readonly url: string
  /** What is answered from now on. */
  answer: RequestListener
  close(): void
}

/** A server of releases on loopback. */
export async function startFeed(): Promise<Feed> {
  const feed = { answer: notFound as RequestListener }
  const server = createServer((request, response) => feed.answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(feed, {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  })
}

export function releaseOf(version: string, file: Uint8Array): SignedRelease {
  const sha512 = createHash('sha512').update(file).digest('base64')
  return {
    version,
    files: [{ url: `Triphammer-${version}.AppImage`, sha512, size: file.length }],
    releaseDate: '2026-11-24T00:00:00.000Z',
  }
}

/** A feed as it should be, unless it is told otherwise. */
export function serveRelease(
  release: SignedRelease,
  file: Uint8Array | RequestListener,
  signature = signed(release),
): RequestListener {
  return (request, response) => {
    const path = request.url!.split('?', 1)[0]!
    if (path === '/latest-linux.yml') response.end(stringify({ ...release, signature }))
    else if (path !== `/${release.files[0]!.url}`) notFound(request, response)
    else if (typeof file === 'function') file(request, response)
    else {
      response.setHeader('content-length', file.length)
      response.end(file)
    }
  }
}

export function signed(release: SignedRelease): string {
  return sign(null, signedBytes(release), privateKey).toString('base64')
}

export function readImage(path: string): Buffer {
  return readFileSync(path)
}

function notFound(_request: unknown, response: Parameters<RequestListener>[1]) {
  response.statusCode = 404
  response.end()
}
