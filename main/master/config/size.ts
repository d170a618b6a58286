const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }

/** Reads `500MB` or `5 GB`; a bare number counts bytes. `undefined` when it is neither. */
export function parseSize(value: string | number): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(value.trim())
  if (!match) return undefined
  return Math.round(Number(match[1]) * UNITS[(match[2] ?? 'b').toLowerCase()]!)
}

/** `5GB`, in the largest unit that is exact. */
export function formatSize(bytes: number): string {
  const unit = ['tb', 'gb', 'mb', 'kb'].find(
    one => bytes >= UNITS[one]! && bytes % UNITS[one]! === 0,
  )
  return unit ? `${bytes / UNITS[unit]!}${unit.toUpperCase()}` : String(bytes)
}
