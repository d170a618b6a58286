import { AXIS_MODES, type AxisMode } from '../store/axis-modes.ts'
import { MARK_KINDS, MARK_NAMES } from '../store/mark-kinds.ts'
import { prefer, readPreferences, showMarks } from '../store/preferences.ts'
import { DAYS_BELOW, isDays } from './days.ts'
import { inWaterfall, type WaterfallCommand } from './in-waterfall.ts'
import { zoomTo } from './zoom.ts'

const AXIS_NAMES: Readonly<Record<AxisMode, string>> = {
  linear: 'Time to scale',
  folded: 'Time without what is quiet',
  events: 'A row for each event',
}

/** What the palette offers of the waterfall's time. */
export function timeCommands(): readonly WaterfallCommand[] {
  const { axis, hidden, zoom } = readPreferences()
  return [
    ...AXIS_MODES.filter(mode => mode !== axis).map(mode =>
      inWaterfall(AXIS_NAMES[mode], () => prefer({ axis: mode })),
    ),
    isDays(zoom)
      ? inWaterfall('Builds instead of days', () => zoomTo(1))
      : inWaterfall('Days instead of builds', () => zoomTo(DAYS_BELOW / 2)),
    ...MARK_KINDS.map(kind => {
      const away = hidden.includes(kind)
      return inWaterfall(`${away ? 'Show' : 'Hide'} marks: ${MARK_NAMES[kind]}`, () =>
        showMarks(kind, away),
      )
    }),
  ]
}
