/** What a build of a change said of it. `untold`: nothing, since it broke for other reasons. */
export interface Probe {
  /** Which change, from 0, the oldest. */
  readonly index: number
  readonly told: 'good' | 'bad' | 'untold'
}

export type Verdict =
  /** This change is to be built next. */
  | { readonly kind: 'build'; readonly index: number }
  | { readonly kind: 'found'; readonly first: number }
  /** It is one of these, and what lies between can't be tested. */
  | { readonly kind: 'within'; readonly first: number; readonly last: number }

/** So often a change is built that says nothing. */
const TRIES = 2

/** The changes that may be the first bad one. */
export interface Suspects {
  readonly first: number
  readonly last: number
}

/**
 * Which of `count` changes in a row may be the first bad one: what is before them is good, and the last
 * is bad. Where builds contradict each other, what was said last of a change counts, and the newest good one.
 */
export function suspects(count: number, probes: readonly Probe[]): Suspects {
  const told = new Map(
    probes.filter(one => one.told !== 'untold').map(one => [one.index, one.told]),
  )
  let first = count - 1
  while (first > 0 && told.get(first - 1) !== 'good') first--
  let last = first
  while (last < count - 1 && told.get(last) !== 'bad') last++
  return { first, last }
}

/**
 * What is to be built next to find the first bad change, from nothing but what builds said so far.
 *
 * Of those that can be built the middle one is taken, by their number and not by their place: so each
 * build halves what can be told apart, and one that says nothing costs no more than itself.
 */
export function search(count: number, probes: readonly Probe[]): Verdict {
  const { first, last } = suspects(count, probes)
  if (first === last) return { kind: 'found', first }
  const failures = (index: number) => probes.filter(one => one.index === index).length
  const open: number[] = []
  // The last is bad already, and tells nothing new.
  for (let index = first; index < last; index++) if (failures(index) < TRIES) open.push(index)
  const index = open[(open.length - 1) >> 1]
  return index === undefined ? { kind: 'within', first, last } : { kind: 'build', index }
}
