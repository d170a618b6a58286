import { TextDecoder } from 'node:util'

// As much as an XML declaration is looked for in.
const HEAD_BYTES = 256

export interface XmlDecoder {
  write(bytes: Uint8Array): string
  end(): string
  /** An encoding that the declaration names and nobody knows. */
  readonly unknown: string | undefined
}

/** Decodes a document by its byte order mark, by how its first characters lie, or by its declaration; else as UTF-8. */
export function createXmlDecoder(): XmlDecoder {
  let head = Buffer.alloc(0)
  let decoder: TextDecoder | undefined
  let unknown: string | undefined

  return {
    write(bytes) {
      if (decoder) return decoder.decode(bytes, { stream: true })
      head = Buffer.concat([head, bytes])
      return head.length < HEAD_BYTES ? '' : begin()
    },
    end: () => (decoder ? '' : begin()) + decoder!.decode(),
    get unknown() {
      return unknown
    },
  }

  function begin(): string {
    const name = encodingOf(head)
    try {
      decoder = new TextDecoder(name)
    } catch {
      unknown = name
      decoder = new TextDecoder()
    }
    const text = decoder.decode(head, { stream: true })
    head = Buffer.alloc(0)
    return text
  }
}

function encodingOf(head: Buffer): string {
  const [a, b] = [head[0], head[1]]
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return 'utf-16le'
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return 'utf-16be'
  const declared = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']/i.exec(
    head.toString('latin1'),
  )?.[1]
  // What could be read up to here is no UTF-16, whatever it says of itself.
  return declared === undefined || /^utf-?16/i.test(declared) ? 'utf-8' : declared
}
