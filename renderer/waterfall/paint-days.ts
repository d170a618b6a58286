import type { Pen } from '../ui/pen.ts'
import { type DayCell, worstOf } from './days.ts'
import type { Column } from './model.ts'
import type { Scene } from './paint.ts'
import { coloursOf } from './palette.ts'

const LEAST_FOR_COUNT_PX = 13
const LEAST_WIDE_FOR_COUNT = 30
const LEAST_FOR_PATTERN_PX = 5

/** A column as a strip of days: the worst result of each, the share that went bad, and how many builds. */
export function paintDays(ctx: Pen, scene: Scene, column: Column, x: number) {
  const { model, top, height } = scene
  const pad = column.width < LEAST_WIDE_FOR_COUNT ? 1 : 6
  for (const cell of column.days) {
    const y = model.axis.y(cell.to) - top
    // Newest first.
    if (y > height) break
    const bottom = model.axis.y(cell.from) - top
    if (bottom < 0) continue
    const room = Math.max(1, bottom - y - (bottom - y > 4 ? 1 : 0))
    paintDay(ctx, scene, cell, { x: x + pad, y, width: column.width - 2 * pad - 2, height: room })
  }
}

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function paintDay(ctx: Pen, { palette }: Scene, cell: DayCell, { x, y, width, height }: Place) {
  const worst = worstOf(cell)
  const colours = coloursOf(palette, worst)
  const bad = cell.failed + cell.exceptions
  ctx.fillStyle = worst === 'success' ? colours.band : colours.fill
  ctx.fillRect(x, y, width, height)
  if (worst === 'warnings') {
    ctx.fillStyle = palette.dots
    ctx.fillRect(x, y, width, height)
  }
  if (bad > 0) {
    // Shape before hue, where there is room for it.
    const pattern = worst === 'exception' ? palette.crossHatch : palette.hatch
    ctx.fillStyle = height > LEAST_FOR_PATTERN_PX ? pattern : colours.solid
    const least = Math.min(4, width * 0.15)
    ctx.fillRect(x, y, Math.max(least, width * (bad / cell.builds)), height)
  }
  if (height < LEAST_FOR_COUNT_PX || width < LEAST_WIDE_FOR_COUNT) return
  const words = String(cell.builds)
  ctx.font = `10.5px ${palette.font}`
  const wide = ctx.measureText(words).width
  // Where the bad ones fill the strip, the number stands on their colour.
  const onBad = bad > 0 && width * (bad / cell.builds) > width - wide - 6
  ctx.fillStyle = onBad ? colours.on : colours.ink
  ctx.fillText(words, x + width - wide - 4, y + height / 2 + 3.5)
}
