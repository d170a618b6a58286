import { AXIS_MODES, type AxisMode } from '../store/axis-modes.ts'
import { MARK_KINDS, MARK_NAMES } from '../store/mark-kinds.ts'
import { prefer, readPreferences } from '../store/preferences.ts'
import { go, routes } from '../store/route.ts'
import { DAYS_BELOW, isDays } from './days.ts'
import { zoomTo } from './zoom.ts'

const AXIS_NAMES: Readonly<Record<AxisMode, string>> = {
  linear: 'Time to scale',
  folded: 'Time without what is quiet',
  events: 'A row for each event',
}

/** What the palette offers of the waterfall's time. */
export function timeCommands(): readonly { label: string; run(): void }[] {
  const { axis, hidden, zoom } = readPreferences()
  const offer = (label: string, act: () => void) => ({
    label,
    run() {
      // Where it is open already, it stays at its moment.
      if (!location.hash.startsWith(`#${routes.waterfall}`)) go(routes.waterfall)
      act()
    },
  })
  return [
    ...AXIS_MODES.filter(mode => mode !== axis).map(mode =>
      offer(AXIS_NAMES[mode], () => prefer({ axis: mode })),
    ),
    isDays(zoom)
      ? offer('Builds instead of days', () => zoomTo(1))
      : offer('Days instead of builds', () => zoomTo(DAYS_BELOW / 2)),
    ...MARK_KINDS.map(kind =>
      hidden.includes(kind)
        ? offer(`Show marks: ${MARK_NAMES[kind]}`, () =>
            prefer({ hidden: hidden.filter(one => one !== kind) }),
          )
        : offer(`Hide marks: ${MARK_NAMES[kind]}`, () => prefer({ hidden: [...hidden, kind] })),
    ),
  ]
}
