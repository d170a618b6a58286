/** What a column of JSON holds; `undefined` where it is none, as a hand at the file can leave it. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** SQL for what is at a place in the `value` of `p`; NULL where that is no JSON, which SQLite refuses to look into. */
export function within(path: string): string {
  return `iif(json_valid(p.value), json_extract(p.value, '${path}'), NULL)`
}
