export type PauseChoice = 'open' | 'half-hour' | 'hour' | 'four-hours' | 'morning' | 'moment'

export const PAUSES: readonly { readonly choice: PauseChoice; readonly label: string }[] = [
  { choice: 'open', label: 'until I unpause it' },
  { choice: 'half-hour', label: 'for 30 minutes' },
  { choice: 'hour', label: 'for an hour' },
  { choice: 'four-hours', label: 'for 4 hours' },
  { choice: 'morning', label: 'until tomorrow morning' },
  { choice: 'moment', label: 'until a certain time' },
]

const MINUTE_MS = 60_000
const MORNING_HOUR = 8

/**
 * When a pause ends; `null` for one without an end.
 *
 * @param moment What a field for date and time holds: `2026-11-24T18:00`. NaN comes of one that is not filled in.
 */
export function pauseEnd(choice: PauseChoice, now: number, moment: string): number | null {
  switch (choice) {
    case 'open':
      return null
    case 'half-hour':
      return now + 30 * MINUTE_MS
    case 'hour':
      return now + 60 * MINUTE_MS
    case 'four-hours':
      return now + 240 * MINUTE_MS
    case 'morning': {
      const end = new Date(now)
      end.setDate(end.getDate() + 1)
      return end.setHours(MORNING_HOUR, 0, 0, 0)
    }
    case 'moment':
      return new Date(moment).getTime()
  }
}
