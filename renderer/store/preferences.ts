import { type Arrangement, PLAIN, parseArrangement } from './arrangement.ts'
import { type AxisMode, axisModeOf } from './axis-modes.ts'
import { createCell, useCell } from './cell.ts'
import { MARK_KINDS, type MarkKind, markKindsIn } from './mark-kinds.ts'

/** What a person chose for this window. It is kept in the browser; losing it costs nothing but that choice. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly axis: AxisMode
  readonly zoom: number
  /** What is not marked in the waterfall. */
  readonly hidden: readonly MarkKind[]
  readonly wrap: boolean
  /** What stands beside each line of a log. */
  readonly logTimes: LogTimes
  readonly panel: boolean
  readonly arrangement: Arrangement
}

/** Since the step began; the clock; how long until the next line. */
export const LOG_TIMES = ['step', 'clock', 'took', 'none'] as const
export type LogTimes = (typeof LOG_TIMES)[number]

const DEFAULTS: Preferences = {
  theme: 'system',
  axis: 'folded',
  zoom: 1,
  hidden: [],
  wrap: false,
  logTimes: 'step',
  panel: true,
  arrangement: PLAIN,
}
const KEY = 'triphammer'
const dark = matchMedia('(prefers-color-scheme: dark)')
const preferences = createCell(read())
/** Whether this window began with nothing kept: another browser, or another address of the same desk. */
export const isFresh = !isKept()

export function usePreferences(): Preferences {
  return useCell(preferences)
}

export function readPreferences(): Preferences {
  return preferences.read()
}

export function prefer(change: Partial<Preferences>): void {
  const chosen = { ...preferences.read(), ...change }
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen))
  } catch {
    // Storage may be off or full; the choice holds until the window closes.
  }
  preferences.write(chosen)
  applyTheme()
}

/** Paints the window in the theme that was chosen, or in the system's. */
export function applyTheme(): void {
  const { theme } = preferences.read()
  const shown = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
  const { dataset } = document.documentElement
  // Whoever follows it hears of each writing.
  if (dataset.theme !== shown) dataset.theme = shown
}

dark.addEventListener('change', applyTheme)

function read(): Preferences {
  try {
    const kept = { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') }
    return {
      ...kept,
      axis: axisModeOf(kept.axis),
      zoom: kept.zoom > 0 ? Number(kept.zoom) : DEFAULTS.zoom,
      hidden: markKindsIn(kept.hidden),
      arrangement: parseArrangement(kept.arrangement),
      logTimes: LOG_TIMES.includes(kept.logTimes) ? kept.logTimes : DEFAULTS.logTimes,
    }
  } catch {
    return DEFAULTS
  }
}

function isKept(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}

/** Has a kind of marks in the waterfall, or not. */
export function showMarks(kind: MarkKind, on: boolean): void {
  const { hidden } = preferences.read()
  prefer({ hidden: MARK_KINDS.filter(one => (one === kind ? !on : hidden.includes(one))) })
}

/** Has the columns of the waterfall otherwise. */
export function arrange(change: Partial<Arrangement>): void {
  prefer({ arrangement: { ...preferences.read().arrangement, ...change } })
}
