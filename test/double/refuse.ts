/**
 * Ends whatever asked for something that the double lacks. It never pretends: a
 * test that passes here must not pass because nothing happened.
 */
export function refuse(what: string): never {
  throw new Error(`electron double: ${what} is not supported`)
}

/** @throws when `options` holds a key that the double would not act upon. */
export function knowOnly(what: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options))
    if (!known.includes(key)) refuse(`the option "${key}" of ${what}`)
}
