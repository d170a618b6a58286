/** What an import did, for a person and for `--json`. */
export interface ImportReport {
  /** The database that was read. */
  readonly source: string
  /** Rows of each noun that are new in the history. */
  readonly added: Readonly<Record<string, number>>
  /** Rows that were imported before. */
  readonly already: Readonly<Record<string, number>>
  /** Rows that were not complete when they were imported before, and are brought up to date. */
  readonly updated: Readonly<Record<string, number>>
  /** Rows that were put aside, with the reason; the whole row is in the table `quarantine`. */
  readonly quarantined: readonly {
    readonly noun: string
    readonly id: number
    readonly reason: string
  }[]
  /** Parts of logs that could not be unpacked; the log says so in their place. */
  readonly unreadable: readonly { readonly log: number; readonly reason: string }[]
  /** What an imported row could not say as it stood. */
  readonly notes: readonly string[]
  /** Tables with rows that have no place in the history. */
  readonly leftOut: Readonly<Record<string, number>>
  readonly logBytes: number
}
