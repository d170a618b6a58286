import { Flag } from 'lucide-react'
import { MARK_KINDS, MARK_NAMES } from '../store/mark-kinds.ts'
import { showMarks, usePreferences } from '../store/preferences.ts'
import { ToolPopover } from '../ui/parts.tsx'
import { MarkSign } from './mark-sign.tsx'

/** What is marked beside builds and changes. */
export function MarksMenu() {
  const { hidden } = usePreferences()
  return (
    <ToolPopover
      icon={<Flag />}
      label="Marks"
      title="Marks beside the times"
      className="columns-menu"
    >
      {MARK_KINDS.map(kind => (
        <label key={kind} className="columns-all">
          <input
            type="checkbox"
            checked={!hidden.includes(kind)}
            onChange={event => showMarks(kind, event.target.checked)}
          />
          <MarkSign kind={kind} />
          <span>{MARK_NAMES[kind]}</span>
        </label>
      ))}
      <p>Point at a mark to read what happened, and when exactly.</p>
    </ToolPopover>
  )
}
