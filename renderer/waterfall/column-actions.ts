import { readDesk } from '../store/desk.ts'
import { tell } from '../store/messages.ts'
import { arrange, readPreferences } from '../store/preferences.ts'
import { type ColumnPlan, moveColumn, planColumns } from './column-plan.ts'

/** Something that can be done with a column: its menu and keys read the same list. */
export interface ColumnAction {
  readonly label: string
  readonly key?: string
  run(): void
}

export function columnActions(plan: ColumnPlan): readonly ColumnAction[] {
  const { pins, archived } = readPreferences().arrangement
  const { key, group } = plan
  const fold: ColumnAction = {
    label: group.folded ? `Unfold ${plan.name}` : `Fold ${group.title}`,
    run: () => toggleGroup(group.title),
  }
  if (plan.of === 'group') return [fold]
  const pinned = pins.includes(key)
  const away = archived.includes(key)
  const actions: (ColumnAction | false)[] = [
    {
      label: pinned ? 'Unpin' : 'Pin to the left',
      run: () => arrange({ pins: toggled(pins, key) }),
    },
    { label: 'Move to the left', key: 'Shift ←', run: () => shiftColumn(key, -1) },
    { label: 'Move to the right', key: 'Shift →', run: () => shiftColumn(key, 1) },
    {
      label: away ? 'Bring back' : 'Archive',
      run() {
        arrange({ archived: toggled(archived, key) })
        if (!away) tell(`${key} is archived. “Columns” brings it back; its builds go on`)
      },
    },
    group.title !== '' && (group.kind === 'project' || group.kind === 'tag') && fold,
  ]
  return actions.filter(action => action !== false)
}

export function toggleGroup(title: string): void {
  arrange({ folded: toggled(readPreferences().arrangement.folded, title) })
}

function toggled(list: readonly string[], name: string): readonly string[] {
  return list.includes(name) ? list.filter(one => one !== name) : [...list, name]
}

/** Moves a column by one, and says where it is now. */
export function shiftColumn(key: string, by: 1 | -1): void {
  const list = shown()
  const at = list.findIndex(plan => plan.key === key)
  const next = list[at + by]
  // Pins have their place before the others.
  if (!next || (next.group.kind === 'pinned') !== (list[at]?.group.kind === 'pinned')) return
  // One step to the right is before the one after the next.
  placeColumn(key, by < 0 ? next : (list[at + 2] ?? null))
  const now = shown()
  tell(`${key} is column ${now.findIndex(plan => plan.key === key) + 1} of ${now.length}`)
}

/** Puts a column before another; after all of them when there is none. */
export function placeColumn(key: string, before: ColumnPlan | null): void {
  const { arrangement } = readPreferences()
  const { pins } = arrangement
  if (before?.key === key) return
  if (pins.includes(key)) {
    const others = pins.filter(one => one !== key)
    const at = before ? others.indexOf(before.key) : -1
    arrange({ pins: others.toSpliced(at < 0 ? others.length : at, 0, key) })
    return
  }
  const next =
    before?.group.kind === 'pinned' ? shown().find(plan => plan.group.kind !== 'pinned') : before
  // Before a folded group is before the first of its members.
  const target = next?.of === 'group' ? next.builders[0]!.name : (next?.key ?? null)
  const { builders, slaves } = readDesk()
  const whole = { ...arrangement, pins: [], folded: [], filter: '', all: true }
  const places = planColumns(whole, builders, slaves).map(plan => ({
    key: plan.key,
    group: plan.group.title,
  }))
  const configured = planColumns({ ...whole, order: [] }, builders, slaves).map(plan => plan.key)
  arrange({ order: moveColumn(places, configured, key, target) })
}

function shown(): readonly ColumnPlan[] {
  const { builders, slaves } = readDesk()
  return planColumns(readPreferences().arrangement, builders, slaves)
}
