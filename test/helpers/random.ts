export interface Random {
  /** From 0, below 1. */
  next(): number
  /** From `low` to `high`, both included. */
  int(low: number, high: number): number
  pick<T>(list: readonly T[]): T
  /** True so often out of 1. */
  chance(share: number): boolean
  bytes(count: number): Buffer
}

/** Random numbers that are the same again for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    int,
    pick: list => list[int(0, list.length - 1)]!,
    chance: share => next() < share,
    bytes: count => Buffer.from(Uint8Array.from({ length: count }, () => int(0, 255))),
  }
}

/**
 * A seed of its own for each run, so that the suite meets what nobody thought of. The title of the
 * test has it; `TRIPHAMMER_SEED=N` runs it again.
 */
export function freshSeed(): number {
  const given = process.env.TRIPHAMMER_SEED
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)
}
