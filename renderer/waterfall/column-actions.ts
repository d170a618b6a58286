import type { Arrangement } from '../store/arrangement.ts'
import { readDesk } from '../store/desk.ts'
import { tell } from '../store/messages.ts'
import { arrange, readPreferences } from '../store/preferences.ts'
import { type ColumnPlace, type ColumnPlan, moveColumn, planColumns } from './column-plan.ts'

/** Something that can be done with a column: its menu and keys read the same list. */
export interface ColumnAction {
  readonly label: string
  readonly key?: string
  run(): void
}

export function columnActions(plan: ColumnPlan): readonly ColumnAction[] {
  const { pins, archived } = readPreferences().arrangement
  const { key, name, group } = plan
  const fold: ColumnAction = {
    label: group.folded ? `Unfold ${plan.name}` : `Fold ${group.title}`,
    run: () => toggleGroup(group.title),
  }
  if (plan.of === 'group') return [fold]
  const pinned = pins.includes(name)
  const away = archived.includes(name)
  const actions: (ColumnAction | false)[] = [
    {
      label: pinned ? 'Unpin' : 'Pin to the left',
      run: () => arrange({ pins: toggled(pins, name) }),
    },
    { label: 'Move to the left', key: 'Shift ←', run: () => shiftColumn(key, -1) },
    { label: 'Move to the right', key: 'Shift →', run: () => shiftColumn(key, 1) },
    {
      label: away ? 'Bring back' : 'Archive',
      run() {
        arrange({ archived: toggled(archived, name) })
        if (!away) tell(`${name} is archived. “Columns” brings it back; its builds go on`)
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
  const [own, next] = [list[at], list[at + by]]
  // Pins have their place before the others.
  if (!own || !next || (next.group.kind === 'pinned') !== (own.group.kind === 'pinned')) return
  // One step to the right is before the one after the next.
  placeColumn(key, by < 0 ? next : (list[at + 2] ?? null))
  const now = shown()
  tell(`${own.name} is column ${now.findIndex(plan => plan.key === key) + 1} of ${now.length}`)
}

/** Puts a column before another; after all of them when there is none. */
export function placeColumn(key: string, before: ColumnPlan | null): void {
  const { arrangement } = readPreferences()
  const { pins } = arrangement
  const own = shown().find(plan => plan.key === key)
  if (!own || before?.key === key) return
  if (own.group.kind === 'pinned') {
    const others = pins.filter(one => one !== own.name)
    const at = before ? others.indexOf(before.name) : -1
    arrange({ pins: others.toSpliced(at < 0 ? others.length : at, 0, own.name) })
    return
  }
  const next =
    before?.group.kind === 'pinned' ? shown().find(plan => plan.group.kind !== 'pinned') : before
  const target = next ? placeOf(next) : null
  const { builders, slaves } = readDesk()
  const placesIn = (change: Partial<Arrangement>) => {
    const whole = { ...arrangement, pins: [], folded: [], filter: '', all: true, ...change }
    return planColumns(whole, builders, slaves).map(placeOf)
  }
  const namesIn = (order: readonly string[]) =>
    placesIn({ group: 'none', order }).map(place => place.name)
  const ordered = {
    places: placesIn({}),
    names: namesIn(arrangement.order),
    configured: namesIn([]),
    groupsBy: (order: readonly string[]) => [
      ...new Set(placesIn({ order }).map(place => place.group)),
    ],
  }
  arrange({ order: moveColumn(ordered, placeOf(own), target) })
}

// A folded group stands where the first of its members does.
function placeOf({ of, name, builders, group }: ColumnPlan): ColumnPlace {
  return { name: of === 'group' ? builders[0]!.name : name, group: group.key }
}

function shown(): readonly ColumnPlan[] {
  const { builders, slaves } = readDesk()
  return planColumns(readPreferences().arrangement, builders, slaves)
}
