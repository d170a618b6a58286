/** Tells the builds of a master apart that does not name them, as a stock master of Buildbot does not. */
export interface GuessedBuilds {
  /** The master asked whether the slave is there. `busy` when a command runs. */
  pinged(busy: boolean): void
  /**
   * The build that a command of this builder is of.
   *
   * @returns `cleared` when it begins a build: it resolves when what the build before left has ended.
   */
  take(builder: string): { readonly build: string; readonly cleared?: Promise<unknown> }
  /** Ends what all builds left. */
  endAll(): Promise<void>
}

/**
 * A stock master pings when a build begins, and does not say of which builder. So the first command
 * after a ping begins a build, when nothing ran at that moment. With several builders on one slave
 * that may not be seen: then what was left stays until the link ends. A process that a build still
 * needs must never be taken for one of the build before.
 */
export function createGuessedBuilds(end: (build: string) => Promise<unknown>): GuessedBuilds {
  const builds = new Map<string, string>()
  let beginning = false
  let count = 0

  return {
    pinged(busy) {
      beginning = !busy
    },
    take(builder) {
      const before = builds.get(builder)
      const begins = beginning
      beginning = false
      if (before !== undefined && !begins) return { build: before }
      const build = `guessed-${++count}`
      builds.set(builder, build)
      return before === undefined ? { build } : { build, cleared: end(before) }
    },
    async endAll() {
      const all = [...builds.values()]
      builds.clear()
      await Promise.all(all.map(end))
    },
  }
}
