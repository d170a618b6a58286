/** What a system starts by itself. */
export interface Service {
  /** Of the slave. */
  readonly slave: string
  /** The program and its arguments. */
  readonly command: readonly string[]
  /** Where steps look for programs: a system's own services know few places. */
  readonly path: string
  /** How long it may take to end its builds; `null` for as long as they take. */
  readonly stopS: number | null
}

/** What a system wants to have done to start it, in order. */
export interface ServiceFiles {
  /** Where its description is. */
  readonly file: string
  readonly content: string | Uint8Array
  /** How one that was installed before is taken away, where starting it anew is not enough. */
  readonly replace?: Replacement
  readonly start: readonly (readonly string[])[]
  /** What a person should know about it. */
  readonly note: string
}

/** Both fail where there is none. */
export interface Replacement {
  readonly end: readonly (readonly string[])[]
  /** Succeeds as long as it is still on its way out. */
  readonly look: readonly (readonly string[])[]
}

/** What was done, in words, and whether all of it worked. */
export interface Done {
  readonly ok: boolean
  readonly text: string
}

export interface ServiceEnd {
  readonly file: string
  /** Before the file is removed. */
  readonly stop: readonly (readonly string[])[]
  /** After it. */
  readonly after: readonly (readonly string[])[]
}
