// Structured clone over JSON: an expression whose value encodes to text and decodes from it.
;(() => {
  const toBase64 = bytes => {
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    return btoa(text)
  }
  const fromBase64 = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
  const uncloneable = () => new Error('An object could not be cloned.')

  function encode(value) {
    const seen = new Map()
    return JSON.stringify(write(value))

    function write(value) {
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

    function writeObject(value) {
      if (seen.has(value)) return { $: 'seen', v: seen.get(value) }
      seen.set(value, seen.size)
      if (Array.isArray(value)) return { $: 'array', v: value.map(write) }
      if (value instanceof Date) return { $: 'date', v: value.getTime() }
      if (value instanceof RegExp) return { $: 'regexp', v: [value.source, value.flags] }
      if (value instanceof Map)
        return { $: 'map', v: [...value].map(([key, one]) => [write(key), write(one)]) }
      if (value instanceof Set) return { $: 'set', v: [...value].map(write) }
      if (value instanceof Error)
        return { $: 'error', v: [value.name, value.message, value.stack] }
      if (value instanceof ArrayBuffer)
        return { $: 'buffer', v: toBase64(new Uint8Array(value)) }
      if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        // A Buffer of Node arrives as the bytes that it is.
        const type = value.constructor.name === 'Buffer' ? 'Uint8Array' : value.constructor.name
        return { $: 'view', type, v: toBase64(bytes) }
      }
      const isNode = typeof Node === 'function' && value instanceof Node
      if (value instanceof Promise || value instanceof WeakMap || isNode) throw uncloneable()
      return { $: 'object', v: Object.entries(value).map(([key, one]) => [key, write(one)]) }
    }
  }

  function decode(text) {
    const seen = []
    return read(JSON.parse(text))

    function keep(value) {
      seen.push(value)
      return value
    }

    function read(value) {
      return value === null || typeof value !== 'object' ? value : readTagged(value)
    }

    function readTagged({ $: tag, v, type }) {
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
          return keep(readView(type, fromBase64(v)))
        case 'error':
          return keep(
            Object.assign(new Error(v[1]), { name: v[0], stack: v[2] }),
          )
        case 'array': {
          const list = keep([])
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
          const object = keep({})
          for (const [key, one] of v) object[key] = read(one)
          return object
        }
      }
    }

    function readView(type, bytes) {
      if (type === 'Uint8Array') return bytes
      const View = globalThis[type]
      return type === 'DataView' ? new View(bytes.buffer) : new View(bytes.buffer)
    }
  }

  return { encode, decode }
})()
