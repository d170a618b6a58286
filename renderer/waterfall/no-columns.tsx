import { useDesk } from '../store/hooks.ts'
import { arrange, usePreferences } from '../store/preferences.ts'
import { Empty } from '../ui/parts.tsx'

/** Why there is nothing to see. */
export function NoColumns() {
  const { filter, columns, archived, all } = usePreferences().arrangement
  const some = useDesk(desk => desk[columns].some(one => one.active))
  if (filter)
    return (
      <Empty title={`No column has “${filter}” in its name, project or tags`}>
        <button type="button" className="button" onClick={() => arrange({ filter: '' })}>
          Show all
        </button>
      </Empty>
    )
  if (some && !all && archived.length > 0)
    return (
      <Empty title="All columns are archived">
        <button type="button" className="button" onClick={() => arrange({ all: true })}>
          Show them
        </button>
      </Empty>
    )
  return (
    <Empty title={`No ${columns} are configured`}>
      <p>
        {columns === 'builders'
          ? 'Their history is kept. Add a repository, or mend master.yml in the settings.'
          : 'Attach one in the view of slaves, or press x for columns of builders.'}
      </p>
    </Empty>
  )
}
