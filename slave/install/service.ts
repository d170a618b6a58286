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
  readonly start: readonly (readonly string[])[]
  /** What a person should know about it. */
  readonly note: string
}

export interface ServiceEnd {
  readonly file: string
  /** Before the file is removed. */
  readonly stop: readonly (readonly string[])[]
  /** After it. */
  readonly after: readonly (readonly string[])[]
}
