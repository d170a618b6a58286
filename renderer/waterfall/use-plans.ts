import { useMemo } from 'react'
import { useDesk } from '../store/hooks.ts'
import { usePreferences } from '../store/preferences.ts'
import { type ColumnPlan, planColumns } from './column-plan.ts'

/** The columns as they are arranged. */
export function usePlans(): readonly ColumnPlan[] {
  const { arrangement } = usePreferences()
  const builders = useDesk(desk => desk.builders)
  // Slaves tell of themselves all the time; columns of builders do not depend on them.
  const slaves = useDesk(desk => (arrangement.columns === 'slaves' ? desk.slaves : NONE))
  return useMemo(() => planColumns(arrangement, builders, slaves), [arrangement, builders, slaves])
}

const NONE = [] as const
