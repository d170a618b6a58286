import type { MiddlewareHandler } from 'hono'

/**
 * Refuses a body that is larger than anything that is sent in earnest, before it is kept.
 *
 * Hono's own makes a new `Request` of a body whose length was not told, and can't make one of those that its server
 * for Node hands over.
 */
export function limitBody(maxBytes: number, words: string): MiddlewareHandler {
  return async (c, next) => {
    const tooLarge = () => c.json({ error: { message: words } }, 413)
    const told = c.req.header('content-length')
    if (told !== undefined) return Number(told) > maxBytes ? tooLarge() : next()
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of c.req.raw.body ?? []) {
      size += part.length
      if (size > maxBytes) return tooLarge()
      parts.push(part)
    }
    // Hono holds what was read once as a promise, whatever its types say.
    const read = Promise.resolve(new Uint8Array(Buffer.concat(parts)).buffer)
    if (size > 0) c.req.bodyCache.arrayBuffer = read as unknown as ArrayBuffer
    return next()
  }
}
