import type { Setting } from './setting.ts'

/** Something that a person would see at once if it did not work. */
export interface Check {
  readonly name: string
  /** Why it is not made here. */
  readonly skip?: (setting: Setting) => string | false | undefined
  /** Throws when it fails. What it gives is told beside its name. */
  run(setting: Setting): Promise<string | undefined>
}

/** @throws with what was found and what was wanted. */
export function expect<T>(what: string, found: T, wanted: T): void {
  if (found !== wanted)
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
}
