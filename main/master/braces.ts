// More than anybody means.
const MOST = 1000

/**
 * `a.{b,c}` is `a.b` and `a.c`; braces may hold braces.
 *
 * @throws Error when they stand for more than a thousand: each more doubles them.
 */
export function expandBraces(pattern: string): string[] {
  const whole: string[] = []
  const open = [pattern]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const parts = splitFirst(next)
    if (parts) open.push(...parts.reverse())
    else whole.push(next)
    if (whole.length + open.length > MOST)
      throw new Error(`its braces stand for more than ${MOST} patterns`)
  }
  return whole
}

// By the first braces that hold a list.
function splitFirst(pattern: string): string[] | undefined {
  const open = pattern.indexOf('{')
  if (open < 0) return undefined
  const commas: number[] = []
  let depth = 0
  for (let at = open; at < pattern.length; at++) {
    const char = pattern[at]
    if (char === '{') depth++
    else if (char === ',' && depth === 1) commas.push(at)
    else if (char === '}' && --depth === 0) {
      const ends = [...commas, at]
      const parts = ends.map((end, i) => pattern.slice((i === 0 ? open : ends[i - 1]!) + 1, end))
      return parts.map(part => `${pattern.slice(0, open)}${part}${pattern.slice(at + 1)}`)
    }
  }
  return undefined
}

/** What is wrong with the braces of a pattern, in words; `undefined` when nothing is. */
export function findBadBraces(pattern: string): string | undefined {
  try {
    expandBraces(pattern)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
