export interface Demo {
  /** The data directory, with its master.yml. */
  readonly data: string
  /** Commits, one at a time; each function makes one. */
  readonly story: readonly (() => void)[]
}
export function makeDemo(folder: string, options?: { readonly pace?: number }): Demo
