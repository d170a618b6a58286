import type { Builder, Slave } from '../bridge.ts'
import type { Arrangement, ColumnWidth } from '../store/arrangement.ts'

/** What a column stands for, before anything is known of its builds. */
export interface ColumnPlan {
  /** A builder's or a slave's name; that of a folded group begins with its kind. */
  readonly key: string
  readonly name: string
  readonly of: 'builder' | 'slave' | 'group'
  /** Those whose builds it shows. A slave's column shows those of all builders. */
  readonly builders: readonly Builder[]
  readonly group: GroupPlan
}

export interface GroupPlan {
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
  const pinGroup = { title: 'pinned', kind: 'pinned', folded: false, count: pinned.length } as const
  const others = pick(arrangement, builders).filter(one => !isPinned(arrangement, one))
  const groups = Map.groupBy(others, builder => titleOf(builder, kind))
  return [
    ...inOrder(pinned, arrangement.pins).map(builder => planOf(builder, pinGroup)),
    ...[...groups].flatMap(([title, members]): ColumnPlan[] => {
      const isFolded = kind !== 'none' && folded.includes(title)
      const group = { title, kind, folded: isFolded, count: members.length }
      if (!isFolded) return members.map(builder => planOf(builder, group))
      const key = `${kind}:${title}`
      return [{ key, name: groupName(group), of: 'group', builders: members, group }]
    }),
  ]
}

function planSlaves(arrangement: Arrangement, slaves: readonly Slave[]): ColumnPlan[] {
  const shown = pick(arrangement, slaves)
  const pinned = shown.filter(one => isPinned(arrangement, one))
  const others = shown.filter(one => !isPinned(arrangement, one))
  const plan = (list: readonly Slave[], kind: 'pinned' | 'none') =>
    list.map(({ name }): ColumnPlan => {
      const group = {
        title: kind === 'pinned' ? kind : '',
        kind,
        folded: false,
        count: list.length,
      }
      return { key: name, name, of: 'slave', builders: [], group }
    })
  return [...plan(inOrder(pinned, arrangement.pins), 'pinned'), ...plan(others, 'none')]
}

function planOf(builder: Builder, group: GroupPlan): ColumnPlan {
  return { key: builder.name, name: builder.name, of: 'builder', builders: [builder], group }
}

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
  return inOrder(wanted, arrangement.order)
}

function isPinned(arrangement: Arrangement, { name }: Named): boolean {
  return arrangement.pins.includes(name)
}

function inOrder<T extends Named>(list: readonly T[], order: readonly string[]): T[] {
  const at = new Map(order.map((name, i) => [name, i]))
  const place = (one: T) => at.get(one.name) ?? order.length
  return [...list].sort((a, b) => place(a) - place(b))
}

// A builder stands in one group only: that of its first tag.
function titleOf(builder: Builder, kind: Arrangement['group']): string {
  if (kind === 'none') return ''
  return kind === 'tag' ? (builder.tags[0] ?? '') : builder.project
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

/** Where a column stands, whatever is shown of it. */
export interface ColumnPlace {
  readonly key: string
  readonly group: string
}

/**
 * The order after a column was moved before another, or to the end. Groups stay whole: a column that
 * leaves its group takes the group along. The order names no more columns than it has to: those that
 * follow as they are configured need no mention.
 */
export function moveColumn(
  places: readonly ColumnPlace[],
  configured: readonly string[],
  moved: string,
  before: string | null,
): readonly string[] {
  const own = places.find(one => one.key === moved)
  if (!own) return places.map(one => one.key)
  const groups = [...Map.groupBy(places, one => one.group)]
  const at = groups.findIndex(([title]) => title === own.group)
  const target = places.find(one => one.key === before)
  const to = target ? groups.findIndex(([title]) => title === target.group) : groups.length
  const isEnd = to === at + 1 && (!target || groups[to]![1][0] === target)
  if (to === at || isEnd) {
    const others = groups[at]![1].filter(one => one !== own)
    const place = target && to === at ? others.indexOf(target) : others.length
    groups[at] = [own.group, others.toSpliced(place < 0 ? others.length : place, 0, own)]
  } else {
    const [group] = groups.splice(at, 1)
    groups.splice(to, 0, group!)
  }
  const now = groups.flatMap(([, members]) => members.map(one => one.key))
  const place = (name: string | undefined) =>
    name === undefined ? Number.POSITIVE_INFINITY : configured.indexOf(name)
  let named = now.length
  while (named > 0 && place(now[named - 1]) < place(now[named])) named--
  return now.slice(0, named)
}
