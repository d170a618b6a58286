/** Thrown when the other end sends something that is not of the protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export type Fields = Readonly<Record<string, unknown>>

/** Messages are parsed, not cast: these throw a ProtocolError that names the field. */
export function asMap(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value))
    return value as Fields
  throw wrong(value, what, 'a map')
}

export function asArray(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw wrong(value, what, 'a list')
}

export function asString(value: unknown, what: string): string {
  if (typeof value === 'string') return value
  throw wrong(value, what, 'a text')
}

export function asNumber(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw wrong(value, what, 'a number')
}

export function asCount(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw wrong(value, what, 'a whole number from 0')
}

export function asBytes(value: unknown, what: string): Uint8Array {
  if (isBytes(value)) return value
  throw wrong(value, what, 'bytes')
}

/** Python ends send 0 and 1 for truth. */
export function asBoolean(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  throw wrong(value, what, 'true or false')
}

export function asStrings(value: unknown, what: string): string[] {
  return asArray(value, what).map((item, index) => asString(item, `${what}[${index}]`))
}

/** `null` and absence both mean "not given". */
export function optional<T>(
  value: unknown,
  what: string,
  parse: (value: unknown, what: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : parse(value, what)
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

function wrong(value: unknown, what: string, wanted: string): ProtocolError {
  const found = value === null ? 'nothing' : Array.isArray(value) ? 'a list' : typeof value
  return new ProtocolError(`${what} must be ${wanted}, not ${found}`)
}
