import type { Build, Builder, Queue } from '../bridge.ts'
import { type Look, lookOf } from '../ui/look.ts'
import type { HeadFacts } from '../waterfall/head-facts.ts'

/** What the wall shows of one builder. */
export interface Tile {
  readonly builder: Builder
  /** Of the last build that shows how the builder stands. */
  readonly look: Look
  readonly last: Build | null
  readonly red: HeadFacts['red']
  readonly running: HeadFacts['running'][number] | null
  readonly waiting: number
}

export function tileOf(builder: Builder, facts: HeadFacts, queue: Queue): Tile {
  const { last, red, running } = facts
  return {
    builder,
    look: last ? lookOf(last.results) : 'none',
    last,
    red,
    running: running[0] ?? null,
    waiting: queue.find(entry => entry.builderId === builder.id)?.count ?? 0,
  }
}

export interface WallPlan {
  /** The worst first. */
  readonly tiles: readonly Tile[]
  /** Good and quiet builders that are only counted, so that the others can be read from afar. */
  readonly more: number
  readonly columns: number
  readonly rows: number
}

/**
 * Narrower or lower than this can't be read from five metres: on a screen of 55 inches a name is then
 * 25 mm high, a two-hundredth of the way.
 */
const LEAST_WIDTH = 420
const LEAST_HEIGHT = 170

/** Which builders fit on a screen, and in which grid: as large as possible, the worst first. */
export function planWall(tiles: readonly Tile[], width: number, height: number): WallPlan {
  const sorted = [...tiles].sort(
    (a, b) => urgency(b) - urgency(a) || a.builder.position - b.builder.position,
  )
  const mostColumns = Math.max(1, Math.floor(width / LEAST_WIDTH))
  const mostRows = Math.max(1, Math.floor(height / LEAST_HEIGHT))
  const room = mostColumns * mostRows
  // What is left out is said in the last place.
  const shown = sorted.length <= room ? sorted : sorted.slice(0, Math.max(1, room - 1))
  const places = shown.length + (shown.length < sorted.length ? 1 : 0)
  let columns = mostColumns
  let best = 0
  for (let wanted = 1; wanted <= mostColumns; wanted++) {
    const rows = Math.ceil(places / wanted)
    if (rows > mostRows) continue
    // The size of the text follows the shorter side of a tile of three to one.
    const size = Math.min(width / wanted, (height / rows) * 2.4)
    if (size > best) [best, columns] = [size, wanted]
  }
  return {
    tiles: shown,
    more: sorted.length - shown.length,
    columns,
    rows: Math.max(1, Math.ceil(places / columns)),
  }
}

function urgency({ red, running, look }: Tile): number {
  if (red) return 3
  if (running) return 2
  return look === 'warnings' ? 1 : 0
}
