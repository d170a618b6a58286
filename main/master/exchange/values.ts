import type { SQLOutputValue } from 'node:sqlite'

/** A value of SQLite as JSON has it. What JSON has no word for is an object with one key. */
export type JsonValue =
  | null
  | number
  | string
  | { readonly $int: string }
  | { readonly $real: string }
  | { readonly $blob: string }
  | { readonly $text: string }

/**
 * @param value As read with big integers, so that 5 and 5.0 are told apart.
 * @param type What the column was declared as: a REAL column needs no telling.
 * @param bytes Of a text that may be no UTF-8.
 */
export function toJson(value: SQLOutputValue, type: string, bytes?: Uint8Array | null): JsonValue {
  if (typeof value === 'string') {
    const odd = bytes && !Buffer.from(value).equals(bytes)
    return odd ? { $text: Buffer.from(bytes).toString('base64') } : value
  }
  if (value === null) return value
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : { $int: String(value) }
  }
  if (typeof value === 'number') {
    const plain = Number.isFinite(value) && !Object.is(value, -0)
    return plain && (type === 'REAL' || !Number.isInteger(value)) ? value : { $real: String(value) }
  }
  return { $blob: Buffer.from(value).toString('base64') }
}

/** A text that is no UTF-8, which can only be bound as its bytes. */
export class OddText {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** @throws Error when it is no value. */
export function fromJson(value: unknown): null | number | bigint | string | Uint8Array | OddText {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  const { $int, $real, $blob, $text } = (value ?? {}) as Record<string, unknown>
  if (typeof $int === 'string' && /^-?\d+$/.test($int)) return BigInt($int)
  if (typeof $real === 'string') return $real === '-0' ? -0 : Number($real)
  if (typeof $blob === 'string') return Buffer.from($blob, 'base64')
  if (typeof $text === 'string') return new OddText(Buffer.from($text, 'base64'))
  throw new Error(`${JSON.stringify(value)} is no value`)
}
