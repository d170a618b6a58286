import { Popover } from '@base-ui/react/popover'
import { Flag } from 'lucide-react'
import { MARK_KINDS, MARK_NAMES, type MarkKind } from '../store/mark-kinds.ts'
import { prefer, usePreferences } from '../store/preferences.ts'
import { MarkSign } from './mark-sign.tsx'

/** What is marked beside builds and changes. */
export function MarksMenu() {
  const { hidden } = usePreferences()
  const show = (kind: MarkKind, on: boolean) =>
    prefer({ hidden: MARK_KINDS.filter(one => (one === kind ? !on : hidden.includes(one))) })
  return (
    <Popover.Root>
      <Popover.Trigger className="button quiet">
        <Flag />
        <span className="words">Marks</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="popover-place">
          <Popover.Popup className="popover columns-menu">
            <Popover.Title render={<h2 />}>Marks beside the times</Popover.Title>
            {MARK_KINDS.map(kind => (
              <label key={kind} className="columns-all">
                <input
                  type="checkbox"
                  checked={!hidden.includes(kind)}
                  onChange={event => show(kind, event.target.checked)}
                />
                <MarkSign kind={kind} />
                <span>{MARK_NAMES[kind]}</span>
              </label>
            ))}
            <p>Point at a mark to read what happened, and when exactly.</p>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
