import type { SQLOutputValue } from 'node:sqlite'
import { maskAddresses } from '../../git/address.ts'

/** A text, also where SQLite holds another type in its place. */
export function text(value: SQLOutputValue | undefined, instead = ''): string {
  if (value === null || value === undefined) return instead
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
}

/** Buildbot counts seconds; `null` for what is no moment after 1970. */
export function moment(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' && value > 0 && value < 1e11 ? Math.round(value * 1000) : null
}

/** A result as it stands; Buildbot writes -1, or nothing, for none. */
export function result(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' && value >= 0 ? value : null
}

/** JSON as it stands, but for passwords in addresses; or a JSON text of what is no JSON. */
export function json(value: SQLOutputValue | undefined): string {
  const found = text(value, 'null')
  try {
    JSON.parse(found)
    return maskAddresses(found)
  } catch {
    return maskAddresses(JSON.stringify(found))
  }
}

/** `[value, source]`, as properties of buildsets and changes stand there. */
export function pair(value: SQLOutputValue | undefined): { value: string; source: string } {
  const parsed = JSON.parse(json(value)) as unknown
  if (Array.isArray(parsed) && parsed.length === 2 && typeof parsed[1] === 'string')
    return { value: JSON.stringify(parsed[0]), source: parsed[1] }
  return { value: JSON.stringify(parsed), source: '' }
}
