import { Columns3 } from 'lucide-react'
import { PLAIN } from '../store/arrangement.ts'
import { arrange, usePreferences } from '../store/preferences.ts'
import { Segments, ToolPopover } from '../ui/parts.tsx'
import { useTintWords } from './use-tint.ts'

const COLUMNS = [
  { value: 'builders', label: 'Builders' },
  { value: 'slaves', label: 'Slaves' },
] as const
const GROUPS = [
  { value: 'project', label: 'Project' },
  { value: 'tag', label: 'Tag' },
  { value: 'none', label: 'None' },
] as const
const WIDTHS = [
  { value: 'automatic', label: 'Automatic' },
  { value: 'comfortable', label: 'Comfortable' },
  { value: 'narrow', label: 'Narrow' },
] as const

const COLOURS = [
  { value: 'result', label: 'Result' },
  { value: 'slave', label: 'Slave' },
  { value: 'branch', label: 'Branch' },
  { value: 'author', label: 'Author' },
  { value: 'duration', label: 'Duration' },
] as const

/** Which columns there are, how they are grouped and how wide they are. */
export function ColumnsMenu() {
  const { arrangement } = usePreferences()
  const { columns, group, width, colour, all, archived, pins, order } = arrangement
  const moved = pins.length + order.length + archived.length > 0
  return (
    <ToolPopover icon={<Columns3 />} label="Columns" title="Columns" className="columns-menu">
      <Row label="A column is one of the">
        <Segments
          label="What a column is"
          choices={COLUMNS}
          value={columns}
          onChange={value => arrange({ columns: value })}
        />
      </Row>
      {columns === 'builders' && (
        <Row label="Grouped by">
          <Segments
            label="Grouped by"
            choices={GROUPS}
            value={group}
            onChange={value => arrange({ group: value, folded: [] })}
          />
        </Row>
      )}
      <Row label="Width">
        <Segments
          label="Width"
          choices={WIDTHS}
          value={width}
          onChange={value => arrange({ width: value })}
        />
      </Row>
      <Row label="Colour by">
        <Segments
          label="Colour by"
          choices={COLOURS}
          value={colour}
          onChange={value => arrange({ colour: value })}
        />
      </Row>
      <TintKey />
      <label className="columns-all">
        <input
          type="checkbox"
          checked={all}
          onChange={event => arrange({ all: event.target.checked })}
        />
        <span>
          Show what was archived{archived.length > 0 && ` (${archived.length})`} or is no longer
          configured
        </span>
      </label>
      <p>
        Drag a head to move its column, or press Shift and an arrow on it. A right click on it pins
        or archives.
      </p>
      {moved && (
        <button
          type="button"
          className="button"
          onClick={() =>
            arrange({ pins: PLAIN.pins, order: PLAIN.order, archived: PLAIN.archived })
          }
        >
          As configured
        </button>
      )}
    </ToolPopover>
  )
}

/** What the colours stand for. */
function TintKey() {
  const words = useTintWords()
  if (words.length === 0) return null
  return (
    <ul className="tint-key">
      {words.map(({ tint, words }) => (
        <li key={tint} style={{ borderColor: `var(--series-${tint + 1})` }}>
          <bdi>{words}</bdi>
        </li>
      ))}
    </ul>
  )
}

function Row({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="columns-row">
      <span>{label}</span>
      {children}
    </div>
  )
}
