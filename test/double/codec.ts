/** Structured clone as text, the same on both sides. */
export interface Codec {
  encode(value: unknown): string
  decode(text: string): unknown
}

interface Tagged {
  readonly $: string
  // biome-ignore lint/suspicious/noExplicitAny: as its tag says
  readonly v?: any
  readonly type?: string
}

/** Makes a codec. Its source is sent into pages as well, so it uses nothing from outside itself. */
export function createCodec(): Codec {
  const toBase64 = (bytes: Uint8Array) => {
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    return btoa(text)
  }
  const fromBase64 = (text: string) => Uint8Array.from(atob(text), one => one.charCodeAt(0))
  const uncloneable = () => new Error('An object could not be cloned.')

  return { encode, decode }

  function encode(value: unknown): string {
    const seen = new Map<object, number>()
    return JSON.stringify(write(value))

    function write(value: unknown): unknown {
      switch (typeof value) {
        case 'string':
        case 'boolean':
          return value
        case 'number':
          if (Object.is(value, -0)) return { $: 'number', v: '-0' }
          return Number.isFinite(value) ? value : { $: 'number', v: String(value) }
        case 'undefined':
          return { $: 'undefined' }
        case 'bigint':
          return { $: 'bigint', v: String(value) }
        case 'object':
          return value === null ? null : writeObject(value)
        default:
          throw uncloneable()
      }
    }

    function writeObject(value: object): Tagged {
      if (seen.has(value)) return { $: 'seen', v: seen.get(value) }
      seen.set(value, seen.size)
      if (Array.isArray(value)) return { $: 'array', v: value.map(write) }
      if (value instanceof Date) return { $: 'date', v: value.getTime() }
      if (value instanceof RegExp) return { $: 'regexp', v: [value.source, value.flags] }
      if (value instanceof Map)
        return { $: 'map', v: [...value].map(([key, one]) => [write(key), write(one)]) }
      if (value instanceof Set) return { $: 'set', v: [...value].map(write) }
      if (value instanceof Error) return { $: 'error', v: [value.name, value.message, value.stack] }
      if (value instanceof ArrayBuffer) return { $: 'buffer', v: toBase64(new Uint8Array(value)) }
      if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        // A Buffer of Node arrives as the bytes that it is.
        const { name } = value.constructor
        return { $: 'view', type: name === 'Buffer' ? 'Uint8Array' : name, v: toBase64(bytes) }
      }
      const isNode = typeof Node === 'function' && value instanceof Node
      if (value instanceof Promise || value instanceof WeakMap || isNode) throw uncloneable()
      return { $: 'object', v: Object.entries(value).map(([key, one]) => [key, write(one)]) }
    }
  }

  function decode(text: string): unknown {
    const seen: unknown[] = []
    return read(JSON.parse(text))

    function keep<T>(value: T): T {
      seen.push(value)
      return value
    }

    function read(value: unknown): unknown {
      return value === null || typeof value !== 'object' ? value : readTagged(value as Tagged)
    }

    function readTagged({ $: tag, v, type }: Tagged): unknown {
      switch (tag) {
        case 'number':
          return Number(v)
        case 'undefined':
          return undefined
        case 'bigint':
          return BigInt(v)
        case 'seen':
          return seen[v]
        case 'date':
          return keep(new Date(v))
        case 'regexp':
          return keep(new RegExp(v[0], v[1]))
        case 'buffer':
          return keep(fromBase64(v).buffer)
        case 'view':
          return keep(readView(type!, fromBase64(v)))
        case 'error':
          return keep(Object.assign(new Error(v[1]), { name: v[0], stack: v[2] }))
        case 'array': {
          const list = keep<unknown[]>([])
          for (const one of v) list.push(read(one))
          return list
        }
        case 'map': {
          const map = keep(new Map())
          for (const [key, one] of v) map.set(read(key), read(one))
          return map
        }
        case 'set': {
          const set = keep(new Set())
          for (const one of v) set.add(read(one))
          return set
        }
        default: {
          const object = keep<Record<string, unknown>>({})
          for (const [key, one] of v) object[key] = read(one)
          return object
        }
      }
    }

    function readView(type: string, bytes: Uint8Array<ArrayBuffer>): ArrayBufferView {
      if (type === 'Uint8Array') return bytes
      const views = globalThis as unknown as Record<
        string,
        new (
          buffer: ArrayBuffer,
        ) => ArrayBufferView
      >
      return new views[type]!(bytes.buffer)
    }
  }
}

export const codec = createCodec()
