/**
 * What a column of JSON holds; `undefined` where it is none, as a hand at the file or a
 * damage can leave it. Nothing else reads JSON that is stored, so that one value in one
 * row never ends a master. upgrade/quarantine.ts finds such values, keeps and tells them.
 */
export function readJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

/** A list of texts; what is none of it is left out. */
export function readTexts(text: unknown): string[] {
  const found = readJson(text)
  return Array.isArray(found) ? found.filter(one => typeof one === 'string') : []
}

/** An object; an empty one in place of anything else. */
export function readRecord(text: unknown): Record<string, unknown> {
  const found = readJson(text)
  return isRecord(found) ? found : {}
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** SQL for what is at a place in the `value` of `p`; NULL where that is no JSON, which SQLite refuses to look into. */
export function within(path: string): string {
  return `iif(json_valid(p.value), json_extract(p.value, '${path}'), NULL)`
}
