/** How deep and how large a value may be that came from outside. */
export interface Extent {
  readonly depth: number
  /** Of maps, lists and plain values together; what is there twice counts twice. */
  readonly values: number
}

/**
 * Says in words how a value goes beyond an extent; `undefined` when it does not. What walks it
 * afterwards by recursion then has neither a stack that ends nor a walk without an end.
 */
export function beyond(value: unknown, { depth, values }: Extent): string | undefined {
  // Lists that are walked, innermost last: memory follows the depth, not the size.
  const open: Iterator<unknown>[] = [[value].values()]
  for (let seen = 0; open.length > 0; ) {
    const { done, value: part } = open.at(-1)!.next()
    if (done) {
      open.pop()
      continue
    }
    if (++seen > values) return `holds more than ${values} values`
    if (typeof part !== 'object' || part === null) continue
    if (open.length > depth) return `is nested more than ${depth} levels deep`
    open.push((Array.isArray(part) ? part : Object.values(part)).values())
  }
  return undefined
}
