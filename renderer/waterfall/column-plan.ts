import type { Builder, Slave } from '../bridge.ts'
import type { Arrangement, ColumnWidth } from '../store/arrangement.ts'

/** What a column stands for, before anything is known of its builds. */
export interface ColumnPlan {
  /** A builder's or a slave's name, with its tag where it stands in the group of one but its first; that of a group for a folded one. */
  readonly key: string
  readonly name: string
  readonly of: 'builder' | 'slave' | 'group'
  /** Those whose builds it shows. A slave's column shows those of all builders. */
  readonly builders: readonly Builder[]
  readonly group: GroupPlan
}

export interface GroupPlan {
  /** Its kind and title. */
  readonly key: string
  readonly title: string
  readonly kind: 'project' | 'tag' | 'none' | 'pinned'
  readonly folded: boolean
  readonly count: number
}

/** A folded group is as wide as its signs. */
export const FOLDED_PX = 56
/** A head is a target: no smaller than WCAG 2.2, 2.5.8, has it. */
const NARROWEST = 24
const NARROWEST_COMFORTABLE = 104
const WIDEST = 260
/** In less there is no room for words: the name stands upright. */
export const LEAST_FOR_WORDS = 72

/** The columns in their order: pins, then groups. A quiet builder never vanishes. */
export function planColumns(
  arrangement: Arrangement,
  builders: readonly Builder[],
  slaves: readonly Slave[],
): readonly ColumnPlan[] {
  return arrangement.columns === 'slaves'
    ? planSlaves(arrangement, slaves)
    : planBuilders(arrangement, builders)
}

function planBuilders(arrangement: Arrangement, builders: readonly Builder[]): ColumnPlan[] {
  const { group: kind, folded } = arrangement
  const pinned = pick(arrangement, builders).filter(one => isPinned(arrangement, one))
  const pinGroup = { ...PINNED, folded: false, count: pinned.length }
  const others = pick(arrangement, builders).filter(one => !isPinned(arrangement, one))
  return [
    ...inOrder(pinned, arrangement.pins, one => one.name).map(builder => planOf(builder, pinGroup)),
    ...groupsOf(others, kind, arrangement.order).flatMap(({ key, title, members }) => {
      const isFolded = kind !== 'none' && folded.includes(title)
      const group = { key, title, kind, folded: isFolded, count: members.length }
      if (!isFolded) return members.map(builder => planOf(builder, group))
      return [{ key, name: groupName(group), of: 'group' as const, builders: members, group }]
    }),
  ]
}

/** Groups that were moved come first, in their order; what has no tag comes last. */
function groupsOf(
  builders: readonly Builder[],
  kind: Arrangement['group'],
  order: readonly string[],
) {
  const places = builders.flatMap(one => titlesOf(one, kind).map(title => ({ title, one })))
  const groups = [...Map.groupBy(places, place => place.title)].map(([title, list]) => ({
    key: `${kind}:${title}`,
    title,
    members: list.map(place => place.one),
  }))
  if (kind === 'tag') groups.sort((a, b) => Number(a.title === '') - Number(b.title === ''))
  return inOrder(groups, order, group => group.key)
}

function planSlaves(arrangement: Arrangement, slaves: readonly Slave[]): ColumnPlan[] {
  const shown = pick(arrangement, slaves)
  const pinned = shown.filter(one => isPinned(arrangement, one))
  const others = shown.filter(one => !isPinned(arrangement, one))
  const plan = (list: readonly Slave[], kind: 'pinned' | 'none') =>
    list.map(({ name }): ColumnPlan => {
      const named = kind === 'pinned' ? PINNED : ({ key: 'none:', title: '', kind } as const)
      const group = { ...named, folded: false, count: list.length }
      return { key: name, name, of: 'slave', builders: [], group }
    })
  return [
    ...plan(
      inOrder(pinned, arrangement.pins, one => one.name),
      'pinned',
    ),
    ...plan(others, 'none'),
  ]
}

function planOf(builder: Builder, group: GroupPlan): ColumnPlan {
  const { name, tags } = builder
  // A line break is in no name.
  const key =
    group.kind === 'tag' && group.title !== (tags[0] ?? '') ? `${name}\n${group.title}` : name
  return { key, name, of: 'builder', builders: [builder], group }
}

const PINNED = { key: 'pinned', title: 'pinned', kind: 'pinned' } as const

type Named = Pick<Builder, 'name' | 'tags' | 'active'> & { readonly project?: string }

// Those that are wanted, in their order.
function pick<T extends Named>(arrangement: Arrangement, list: readonly T[]): T[] {
  const away = new Set(arrangement.archived)
  const words = arrangement.filter.toLowerCase().split(/\s+/).filter(Boolean)
  const wanted = list.filter(one => {
    if (!arrangement.all && (!one.active || away.has(one.name))) return false
    const text = [one.name, one.project ?? '', ...one.tags].join('\n').toLowerCase()
    return words.every(word => text.includes(word))
  })
  return inOrder(wanted, arrangement.order, one => one.name)
}

function isPinned(arrangement: Arrangement, { name }: Named): boolean {
  return arrangement.pins.includes(name)
}

function inOrder<T>(list: readonly T[], order: readonly string[], keyOf: (one: T) => string): T[] {
  const at = new Map(order.map((key, i) => [key, i]))
  const place = (one: T) => at.get(keyOf(one)) ?? order.length
  return [...list].sort((a, b) => place(a) - place(b))
}

// A builder stands in the group of each of its tags.
function titlesOf({ tags, project }: Builder, kind: Arrangement['group']): readonly string[] {
  if (kind === 'none') return ['']
  if (kind === 'project') return [project]
  return tags.length > 0 ? [...new Set(tags)] : ['']
}

export function groupName({ title, kind }: Pick<GroupPlan, 'title' | 'kind'>): string {
  return title || (kind === 'none' ? '' : `no ${kind}`)
}

/**
 * How wide a column is, that of a folded group aside: a function of the columns and the room alone,
 * so that nothing moves sideways when builds come or go.
 */
export function columnWidth(
  plans: readonly ColumnPlan[],
  width: ColumnWidth,
  room: number,
): number {
  const folded = plans.filter(plan => plan.of === 'group').length
  const share = Math.floor((room - folded * FOLDED_PX) / Math.max(1, plans.length - folded))
  const [least, usual] = BOUNDS[width]
  // A slave builds several at a time, and says whose they are.
  const most = plans[0]?.of === 'slave' ? usual * 2 : usual
  return Math.max(least, Math.min(most, share))
}

const BOUNDS: Record<ColumnWidth, readonly [number, number]> = {
  automatic: [NARROWEST, WIDEST],
  comfortable: [NARROWEST_COMFORTABLE, WIDEST],
  narrow: [NARROWEST, NARROWEST],
}

/** Where a column stands, whatever is shown of it: a builder may stand in several groups. */
export interface ColumnPlace {
  readonly name: string
  /** The key of its group. */
  readonly group: string
}

/** What an order is measured against. */
export interface Ordered {
  /** Where the columns stand now. */
  readonly places: readonly ColumnPlace[]
  /** Their names in the order that holds within each group. */
  readonly names: readonly string[]
  /** The same as configured. */
  readonly configured: readonly string[]
  /** The keys of the groups when columns are in an order, and no group was moved. */
  groupsBy(order: readonly string[]): readonly string[]
}

/**
 * The order after a column was moved before another, or to the end: names, and then the keys of groups.
 * Groups stay whole: a column that leaves its group takes the group along. No more is named than has to be:
 * what follows as it is configured needs no mention.
 */
export function moveColumn(
  { places, names, configured, groupsBy }: Ordered,
  moved: ColumnPlace,
  before: ColumnPlace | null,
): readonly string[] {
  const groups = [...new Set(places.map(one => one.group))]
  const membersOf = (group: string | undefined) =>
    places.filter(one => one.group === group).map(one => one.name)
  const at = groups.indexOf(moved.group)
  const to = before ? groups.indexOf(before.group) : groups.length
  const isFirst = !before || membersOf(before.group)[0] === before.name
  if (to === at || (to === at + 1 && isFirst)) {
    const others = names.filter(name => name !== moved.name)
    const last = membersOf(moved.group).findLast(name => name !== moved.name)
    const place = to === at ? others.indexOf(before!.name) : last ? others.indexOf(last) + 1 : 0
    const now = last ? others.toSpliced(place, 0, moved.name) : names
    return [...asFewAsNeeded(now, configured), ...asFewAsNeeded(groups, groupsBy(now))]
  }
  const now = groups.toSpliced(at, 1)
  // Dropped among the members of another group it goes past them.
  now.splice(to > at && isFirst ? to - 1 : to, 0, moved.group)
  return [...asFewAsNeeded(names, configured), ...asFewAsNeeded(now, groupsBy(names))]
}

/** The first of a list, after which the others follow as they would anyway. */
function asFewAsNeeded(list: readonly string[], anyway: readonly string[]): readonly string[] {
  const place = (name: string | undefined) =>
    name === undefined ? Number.POSITIVE_INFINITY : anyway.indexOf(name)
  let named = list.length
  while (named > 0 && place(list[named - 1]) < place(list[named])) named--
  return list.slice(0, named)
}
