import type { Resource } from './resources.ts'

/** Thrown at a query or an order that can't be understood. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError'
}

export interface Query {
  readonly limit: number | undefined
  readonly offset: number
  /** Fields to order by, and whether downwards. */
  readonly order: readonly { readonly field: string; readonly down: boolean }[]
  readonly fields: readonly string[]
  readonly properties: readonly string[]
  readonly filters: readonly Filter[]
}

export interface Filter {
  readonly field: string
  readonly op: Op
  readonly values: readonly string[]
}

const OPS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'contains', 'notin', 'in'] as const
type Op = (typeof OPS)[number]
const OWN = new Set(['limit', 'offset', 'order', 'field', 'property'])

/** Reads Buildbot's query language: `limit offset order field property`, and `field__op=value`. */
export function parseQuery(query: URLSearchParams): Query {
  const filters = new Map<string, Filter>()
  for (const [key, value] of query) {
    if (OWN.has(key)) continue
    const [field, op = 'eq'] = key.split('__', 2) as [string, string?]
    if (!(OPS as readonly string[]).includes(op))
      throw new BadRequestError(`unknown filter "${op}" of ${field}; known are ${OPS.join(', ')}`)
    const before = filters.get(key)
    filters.set(key, { field, op: op as Op, values: [...(before?.values ?? []), value] })
  }
  const limit = query.get('limit')
  return {
    limit: limit === null ? undefined : count(limit, 'limit'),
    offset: count(query.get('offset') ?? '0', 'offset'),
    order: query
      .getAll('order')
      .map(one => ({ field: one.replace(/^-/, ''), down: one.startsWith('-') })),
    fields: query.getAll('field'),
    properties: query.getAll('property'),
    filters: [...filters.values()],
  }
}

/** Filters, orders and cuts a list that is in memory. */
export function applyQuery(
  list: readonly Resource[],
  query: Query,
): { readonly items: readonly Resource[]; readonly total: number } {
  const wanted = list.filter(one => query.filters.every(filter => fits(one, filter)))
  const ordered = query.order.length === 0 ? wanted : [...wanted].sort(byOrder(query))
  const end = query.limit === undefined ? undefined : query.offset + query.limit
  return {
    items: ordered.slice(query.offset, end).map(one => pick(one, query)),
    total: wanted.length,
  }
}

/** Keeps the fields that were asked for. */
export function pick(resource: Resource, { fields }: Query): Resource {
  if (fields.length === 0) return resource
  for (const field of fields)
    if (!Object.hasOwn(resource, field)) throw new BadRequestError(`there is no field "${field}"`)
  return Object.fromEntries(fields.map(field => [field, resource[field]]))
}

function fits(resource: Resource, { field, op, values }: Filter): boolean {
  if (!Object.hasOwn(resource, field))
    throw new BadRequestError(`there is no field "${field}" to filter by`)
  const own = resource[field]
  if (op === 'contains')
    return Array.isArray(own)
      ? values.some(value => own.map(String).includes(value))
      : values.some(value => String(own).includes(value))
  const compared = values.map(value => compare(own, value))
  switch (op) {
    case 'eq':
    case 'in':
      return compared.includes(0)
    case 'ne':
    case 'notin':
      return !compared.includes(0)
    case 'lt':
      return own !== null && compared[0]! < 0
    case 'le':
      return own !== null && compared[0]! <= 0
    case 'gt':
      return own !== null && compared[0]! > 0
    case 'ge':
      return own !== null && compared[0]! >= 0
  }
}

const TRUE = new Set(['true', 'on', 'yes', '1'])

function compare(own: unknown, value: string): number {
  if (own === null || own === undefined) return value === 'null' || value === 'None' ? 0 : -1
  if (typeof own === 'boolean') return Number(own) - Number(TRUE.has(value.toLowerCase()))
  if (typeof own === 'number') {
    const number = Number(value)
    if (Number.isNaN(number)) throw new BadRequestError(`"${value}" is not a number`)
    return own - number
  }
  return String(own) < value ? -1 : String(own) > value ? 1 : 0
}

function byOrder({ order }: Query) {
  return (a: Resource, b: Resource) => {
    for (const { field, down } of order) {
      if (!Object.hasOwn(a, field))
        throw new BadRequestError(`there is no field "${field}" to order by`)
      const [x, y] = [a[field], b[field]] as [never, never]
      const sign = x === y ? 0 : x === null ? -1 : y === null ? 1 : x < y ? -1 : 1
      if (sign !== 0) return down ? -sign : sign
    }
    return 0
  }
}

function count(text: string, name: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new BadRequestError(`${name} must be a whole number from 0, not "${text}"`)
  return Number(text)
}
