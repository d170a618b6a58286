/** How many backups are kept, as master.yml has it. */
export interface BackupSettings {
  /** So many at most. */
  readonly keep: number
  /** All of them together take no more than this, but for the newest good one. */
  readonly maxSizeBytes: number
  /** Whether one is made each day on which something changed. */
  readonly daily: boolean
}

export const DEFAULT_BACKUPS: BackupSettings = { keep: 10, maxSizeBytes: 5e9, daily: true }
