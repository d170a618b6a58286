/** How a person has the columns of the waterfall: which, in which order, and how wide. */
export interface Arrangement {
  /** What a column stands for. */
  readonly columns: 'builders' | 'slaves'
  readonly group: 'project' | 'tag' | 'none'
  readonly width: ColumnWidth
  /** What the ground of a box says. Its edge, pattern and sign are always those of its result. */
  readonly colour: 'result' | 'slave' | 'branch' | 'author' | 'duration'
  /** Groups that are folded into one column, by their titles. */
  readonly folded: readonly string[]
  /** Columns that stay at the left, in this order. */
  readonly pins: readonly string[]
  /** Columns and groups that were moved come first, in this order; the others follow as they are configured. */
  readonly order: readonly string[]
  /** Columns that were put away. */
  readonly archived: readonly string[]
  /** Shows what was put away too, and what is no longer configured. */
  readonly all: boolean
  /** Words that a column has to have in its name, project or tags. */
  readonly filter: string
}

export type ColumnWidth = 'automatic' | 'comfortable' | 'narrow'

export const PLAIN: Arrangement = {
  columns: 'builders',
  group: 'project',
  width: 'automatic',
  colour: 'result',
  folded: [],
  pins: [],
  order: [],
  archived: [],
  all: false,
  filter: '',
}

const CHOICES = {
  columns: ['builders', 'slaves'],
  group: ['project', 'tag', 'none'],
  width: ['automatic', 'comfortable', 'narrow'],
  colour: ['result', 'slave', 'branch', 'author', 'duration'],
} as const
/** Their names in an address. */
const LISTS = { folded: 'fold', pins: 'pin', order: 'order', archived: 'archive' } as const
const KEYS = [...Object.keys(CHOICES), ...Object.values(LISTS), 'all', 'filter']
const MOST_NAMES = 1000
const LONGEST_NAME = 200

/** What was kept, or anything else: what makes no sense is as good as not said. */
export function parseArrangement(value: unknown): Arrangement {
  const fields = Object(value) as Record<string, unknown>
  return {
    columns: oneOf(CHOICES.columns, fields.columns),
    group: oneOf(CHOICES.group, fields.group, 'project'),
    width: oneOf(CHOICES.width, fields.width),
    colour: oneOf(CHOICES.colour, fields.colour),
    folded: namesIn(fields.folded),
    pins: namesIn(fields.pins),
    order: namesIn(fields.order),
    archived: namesIn(fields.archived),
    all: fields.all === true,
    filter: typeof fields.filter === 'string' ? fields.filter.slice(0, LONGEST_NAME) : '',
  }
}

/** Whether an address says anything of an arrangement. */
export function isArranged(query: URLSearchParams): boolean {
  return KEYS.some(key => query.has(key))
}

/** The arrangement that an address holds. Anybody may write an address. */
export function arrangementIn(query: URLSearchParams): Arrangement {
  return parseArrangement({
    columns: query.get('columns'),
    group: query.get('group'),
    width: query.get('width'),
    colour: query.get('colour'),
    folded: query.getAll(LISTS.folded),
    pins: query.getAll(LISTS.pins),
    order: query.getAll(LISTS.order),
    archived: query.getAll(LISTS.archived),
    all: query.get('all') === '1',
    filter: query.get('filter'),
  })
}

/** Writes an arrangement into a query, and leaves what else is in it. What is as always is not written. */
export function writeArrangement(query: URLSearchParams, arrangement: Arrangement): void {
  for (const key of KEYS) query.delete(key)
  for (const key of ['columns', 'group', 'width', 'colour'] as const)
    if (arrangement[key] !== PLAIN[key]) query.set(key, arrangement[key])
  for (const key of ['folded', 'pins', 'order', 'archived'] as const)
    for (const name of arrangement[key]) query.append(LISTS[key], name)
  if (arrangement.all) query.set('all', '1')
  if (arrangement.filter) query.set('filter', arrangement.filter)
}

function oneOf<T extends string>(
  choices: readonly T[],
  value: unknown,
  otherwise: T = choices[0]!,
): T {
  return choices.find(choice => choice === value) ?? otherwise
}

function namesIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const names = value.filter(one => typeof one === 'string' && one.length <= LONGEST_NAME)
  return [...new Set<string>(names)].slice(0, MOST_NAMES)
}
