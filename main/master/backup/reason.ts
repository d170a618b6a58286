/**
 * Why a backup was made. `before`: an update was about to be installed. `replaced`: a
 * restore put something else in its place.
 */
export type BackupReason = 'manual' | 'daily' | 'before' | 'replaced'
