import { arrange, usePreferences } from '../store/preferences.ts'

/** Keeps the columns whose name, project or tags hold each word. */
export function ColumnFilter() {
  const { filter } = usePreferences().arrangement
  return (
    <input
      className={`input column-filter${filter ? ' on' : ''}`}
      data-filter
      type="search"
      aria-label="Filter columns"
      placeholder="Filter (f)"
      maxLength={200}
      value={filter}
      onChange={event => arrange({ filter: event.target.value })}
      onKeyDown={event => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key !== 'Escape') return
        arrange({ filter: '' })
        event.currentTarget.blur()
      }}
    />
  )
}
