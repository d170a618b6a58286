import { createCell, useCell } from './cell.ts'

/** What a person chose for this window. It is kept in the browser; losing it costs nothing but that choice. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly axis: 'linear' | 'folded'
  readonly zoom: number
  readonly wrap: boolean
  readonly panel: boolean
}

const DEFAULTS: Preferences = { theme: 'system', axis: 'folded', zoom: 1, wrap: false, panel: true }
const KEY = 'triphammer'
const dark = matchMedia('(prefers-color-scheme: dark)')
const preferences = createCell(read())

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
  document.documentElement.dataset.theme =
    theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
}

dark.addEventListener('change', applyTheme)

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') }
  } catch {
    return DEFAULTS
  }
}
