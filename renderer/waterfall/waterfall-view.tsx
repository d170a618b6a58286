import { FolderPlus, Minus, PanelRight, Play, Plus } from 'lucide-react'
import { useForceDialog } from '../builds/force-dialog.tsx'
import { ViewSwitch } from '../frame/view-switch.tsx'
import { useDesk } from '../store/hooks.ts'
import { prefer, readPreferences, usePreferences } from '../store/preferences.ts'
import { go, routes } from '../store/route.ts'
import { useSelectedBuild } from '../store/selection.ts'
import { Hint, Segments } from '../ui/parts.tsx'
import { ViewsMenu } from '../views/views-menu.tsx'
import { Board } from './board.tsx'
import { BuildPanel } from './build-panel.tsx'
import { ColumnFilter } from './column-filter.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { Legend } from './legend.tsx'
import { placeOf } from './look.ts'
import { MarksMenu } from './marks-menu.tsx'
import { SAVES } from './save-picture.ts'
import { useLink } from './use-link.ts'
import { usePlans } from './use-plans.ts'
import { zoomBy } from './zoom.ts'
import './waterfall.css'

const AXES = [
  { value: 'linear', label: 'Linear' },
  { value: 'folded', label: 'Folded' },
  { value: 'events', label: 'Events' },
] as const

/** A column for each builder, time upward, what is running at the top. */
export function WaterfallView() {
  const { axis, zoom, panel } = usePreferences()
  const plans = usePlans()
  const some = useDesk(desk => desk.builders.some(builder => builder.active))
  useLink()
  const selected = useSelectedBuild()
  const force = useForceDialog()

  return (
    <div className="waterfall">
      <section className="view" aria-label="Waterfall">
        <div className="tools">
          <h1 className="visually-hidden">Waterfall</h1>
          <ViewSwitch />
          <ViewsMenu place={() => placeOf(readPreferences())} saves={SAVES} />
          <ColumnsMenu />
          <ColumnFilter />
          <MarksMenu />
          <Legend />
          <span className="grow" />
          <Segments
            label="Time axis"
            choices={AXES}
            value={axis}
            onChange={value => prefer({ axis: value })}
          />
          <Hint text="Less room for each build (-)">
            <button
              type="button"
              className="button quiet square"
              aria-label="Zoom out"
              onClick={() => zoomBy(1 / 1.5)}
            >
              <Minus />
            </button>
          </Hint>
          <Hint text="More room for each build (+)">
            <button
              type="button"
              className="button quiet square"
              aria-label="Zoom in"
              onClick={() => zoomBy(1.5)}
            >
              <Plus />
            </button>
          </Hint>
          <Hint text="Side panel (p)">
            <button
              type="button"
              className="button quiet square"
              aria-label="Side panel"
              aria-pressed={panel}
              onClick={() => prefer({ panel: !panel })}
            >
              <PanelRight />
            </button>
          </Hint>
          <button type="button" className="button" onClick={() => go(routes.add)}>
            <FolderPlus />
            <span className="words">Add repository</span>
          </button>
          <button type="button" className="button primary" disabled={!some} onClick={() => force()}>
            <Play />
            <span className="words">Force build</span>
          </button>
        </div>
        <Board plans={plans} mode={axis} zoom={zoom} />
      </section>
      {panel && selected !== null && <BuildPanel id={selected} />}
    </div>
  )
}
