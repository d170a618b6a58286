/** How time is drawn: to scale, without what is quiet, or a row for each event. */
export const AXIS_MODES = ['linear', 'folded', 'events'] as const

export type AxisMode = (typeof AXIS_MODES)[number]

/** Anybody may write an address, and what is kept may be of another version. */
export function axisModeOf(value: unknown): AxisMode {
  return AXIS_MODES.find(mode => mode === value) ?? 'folded'
}

export function nextAxisMode(mode: AxisMode): AxisMode {
  return AXIS_MODES[(AXIS_MODES.indexOf(mode) + 1) % AXIS_MODES.length]!
}
