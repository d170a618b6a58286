import type { Build, Step } from '../bridge.ts'
import { fitText } from '../ui/fit-text.ts'
import { type Look, lookOf } from '../ui/look.ts'
import type { Ground, Pen } from '../ui/pen.ts'
import { LOWEST_BOX, type Tick } from './axis.ts'
import type { Band, Box, Column, Model } from './model.ts'
import { paintDays } from './paint-days.ts'
import { LEAST_FOR_DOTS, labelPx, paintLabel } from './paint-label.ts'
import { type Colours, coloursOf, type Palette } from './palette.ts'

export interface Scene {
  readonly model: Model
  readonly ticks: readonly Tick[]
  readonly palette: Palette
  /** Of the view, in px of the axis. */
  readonly top: number
  readonly height: number
  /** Of the columns in sight, in px of the board. */
  readonly left: number
  readonly width: number
  /** Whether the top of the axis is now, with what is expected above it. */
  readonly live: boolean
  /** Which of the palette's tints a build has; its result is its colour when it is not given. */
  readonly tintOf?: ((build: Build) => number | null) | undefined
}

/** So much of a box is a line of text. */
const LABEL_PX = 15
const FADE_PX = 3
/** The edge that shows a tint where the ground is a pattern. */
const TINT_PX = 5
/** Of a build that was stopped, its upper end. */
const BAR_PX = 5

/** Paints the boxes in sight. All state comes in: the same scene is the same picture. */
export function paint(ctx: Pen, scene: Scene): void {
  const { model, palette, top, left, width, height, ticks } = scene
  ctx.fillStyle = palette.canvas
  ctx.fillRect(0, 0, width, height)
  if (scene.live && top < 0) {
    ctx.fillStyle = palette.future
    ctx.fillRect(0, 0, width, -top)
  }
  ctx.fillStyle = palette.lineFaint
  for (const tick of ticks) ctx.fillRect(0, Math.round(tick.y - top), width, 1)
  paintMarks(ctx, scene)
  ctx.textBaseline = 'alphabetic'
  const { staysPx } = model
  ctx.save()
  ctx.beginPath()
  ctx.rect(staysPx, 0, width - staysPx, height)
  ctx.clip()
  for (const column of model.columns) {
    const x = column.x - left
    if (column.x >= staysPx && x <= width && x + column.width >= staysPx)
      paintColumn(ctx, scene, column, x)
  }
  // Where the last column ends: the room beside it is nobody's.
  ctx.fillStyle = palette.lineFaint
  ctx.fillRect(model.width - left, 0, 1, height)
  ctx.restore()
  for (const column of model.columns)
    if (column.x < staysPx) paintColumn(ctx, scene, column, column.x)
  if (staysPx > 0) {
    ctx.fillStyle = palette.line
    ctx.fillRect(staysPx, 0, 1, height)
  }
  paintSleeps(ctx, scene)
}

function paintColumn(ctx: Pen, scene: Scene, column: Column, x: number) {
  const { palette, top, height } = scene
  ctx.fillStyle = palette.lineFaint
  ctx.fillRect(x, 0, 1, height)
  if (scene.model.daily) paintDays(ctx, scene, column, x)
  paintRed(ctx, scene, column, x)
  for (const box of column.boxes.within(top, top + height))
    paintBox(ctx, scene, box, x + box.x, box.top - top, top < 0 ? height : height + FADE_PX)
}

// What was slept is no time that anything took.
function paintSleeps(ctx: Pen, { model, palette, top, width, height }: Scene) {
  for (const sleep of model.sleeps) {
    if (sleep.bottom < top || sleep.top > top + height) continue
    const from = Math.max(0, sleep.top - top)
    ctx.fillStyle = palette.asleep
    ctx.fillRect(0, from, width, Math.min(height, sleep.bottom - top) - from)
  }
}

function paintMarks(ctx: Pen, { model, palette, top, width, height }: Scene) {
  ctx.setLineDash([2, 3])
  ctx.lineWidth = 1
  for (const { y, kind } of model.marks) {
    if (y < top || y > top + height) continue
    ctx.strokeStyle = kind === 'releases' ? palette.accent : palette.line
    ctx.beginPath()
    ctx.moveTo(0, Math.round(y - top) + 0.5)
    ctx.lineTo(width, Math.round(y - top) + 0.5)
    ctx.stroke()
  }
  ctx.setLineDash([])
}

function paintRed(ctx: Pen, scene: Scene, column: Column, x: number) {
  const { top, height, palette } = scene
  for (const stretch of column.red) {
    if (stretch.bottom < top || stretch.top > top + height) continue
    ctx.strokeStyle = palette.failureEdge
    ctx.lineWidth = 1.5
    const from = Math.max(-5, stretch.top - top)
    const to = Math.min(height + 5, stretch.bottom - top)
    ctx.beginPath()
    if (stretch.repaired) ctx.moveTo(x + 6, from)
    else ctx.moveTo(x + 2.75, from)
    if (stretch.repaired) ctx.lineTo(x + 2.75, from)
    ctx.lineTo(x + 2.75, to)
    ctx.lineTo(x + 6, to)
    ctx.stroke()
  }
}

function paintBox(
  ctx: Pen,
  { palette, tintOf }: Scene,
  box: Box,
  x: number,
  y: number,
  viewHeight: number,
) {
  const look = lookOf(box.build.results)
  const tint = box.builds.length === 1 ? tintOf?.(box.build) : null
  const colours = { ...coloursOf(palette, look), ...(tint != null && palette.tints[tint]) }
  const width = box.width
  const height = Math.max(LOWEST_BOX, box.height) - 1
  const low = height < LABEL_PX * 2
  ctx.save()
  ctx.beginPath()
  ctx.roundRect(x, y, width, height, 2)
  ctx.clip()
  const ground = groundOf(palette, look, box.bands.length > 0)
  ctx.fillStyle = ground ?? colours.fill
  ctx.fillRect(x, y, width, height)
  box.bands.forEach((band, i) => {
    if (y + band.top > viewHeight || y + band.top + band.height < 0) return
    // Where the ground is a pattern, steps are told apart by their edges.
    const tinted = ground === undefined && i % 2 === 0
    paintBand(ctx, palette, band, { colours, x, y, width, tinted })
    // The name of a band whose top is out of sight stands at the edge, as long as there is room.
    const from = Math.max(y + band.top, 0)
    const seen = y + band.top + band.height - from
    if (seen < LABEL_PX || low || band.top >= height - LABEL_PX + 4) return
    // The lowest name stands beside the number of the build, and not under it.
    const isLowest = from > y + height - 2 * LABEL_PX
    const taken = isLowest ? labelPx(ctx, palette, box.label, look, width) : 0
    nameBand(ctx, palette, band, x, from, width - taken, colours)
  })
  ctx.restore()

  // Of five builds side by side in a narrow column, each is a few pixels wide.
  const barPx = Math.min(tint == null ? 3 : TINT_PX, width / 3)
  ctx.fillStyle = colours.solid
  if (look !== 'skipped' || tint != null) ctx.fillRect(x, y, barPx, height)
  // Somebody drew the line.
  if (look === 'cancelled') ctx.fillRect(x, y, width, BAR_PX)
  ctx.lineWidth = look === 'failure' || look === 'exception' ? 1.5 : 1
  ctx.strokeStyle = colours.edge
  ctx.globalAlpha = look === 'success' ? 0.55 : 1
  ctx.setLineDash(DASHES[look] ?? [])
  ctx.beginPath()
  ctx.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, 2)
  ctx.stroke()
  ctx.setLineDash([])
  ctx.globalAlpha = 1

  const solid = box.bands.some(band => band.deciding)
  const place = { x, y, width, height, low, patterned: ground !== undefined || (low && solid) }
  paintLabel(ctx, palette, box.label, look, colours, place)
}

// Of a bad build it is the step that decided which has the pattern, where steps are known.
function groundOf(palette: Palette, look: Look, hasSteps: boolean): Ground | undefined {
  if (look === 'warnings') return palette.dots
  if (look === 'retry') return palette.strokes
  if (hasSteps) return undefined
  if (look === 'failure') return palette.hatch
  return look === 'exception' ? palette.crossHatch : undefined
}

const DASHES: Readonly<Record<string, number[]>> = {
  warnings: [1.5, 1.5],
  retry: [4, 3],
  skipped: [4, 3],
  unknown: [4, 3],
}

function paintBand(
  ctx: Pen,
  palette: Palette,
  band: Band,
  at: { colours: Colours; x: number; y: number; width: number; tinted: boolean },
) {
  const top = at.y + band.top
  const height = Math.max(1, band.height)
  const fill = bandFill(palette, band, at.colours, at.tinted)
  if (fill) {
    ctx.fillStyle = fill
    ctx.fillRect(at.x, top, at.width, height)
  }
  ctx.globalAlpha = 0.3
  ctx.fillStyle = at.colours.edge
  ctx.fillRect(at.x, top + height - 1, at.width, 1)
  ctx.globalAlpha = 1
}

function bandFill(palette: Palette, { look, deciding }: Band, own: Colours, tinted: boolean) {
  if (deciding && look === 'failure') return palette.hatch
  if (deciding && look === 'exception') return palette.crossHatch
  if (look === 'warnings') return palette.dots
  if (look === 'failure' || look === 'running') return coloursOf(palette, look).band
  if (look === 'unknown' || look === 'skipped') return null
  return tinted ? own.band : null
}

function nameBand(
  ctx: Pen,
  palette: Palette,
  band: Band,
  x: number,
  y: number,
  width: number,
  own: Colours,
) {
  const { step, look, deciding } = band
  const solid = deciding && (look === 'failure' || look === 'exception')
  const named = look === 'warnings' || look === 'failure' ? coloursOf(palette, look) : own
  ctx.fillStyle = solid ? coloursOf(palette, look).on : named.ink
  ctx.font = `${deciding ? 600 : 400} 11px ${palette.font}`
  const name = fitText(ctx, step.name, width - 14)
  if (width < LEAST_FOR_DOTS && name !== step.name) return
  ctx.fillText(name, x + 8, y + 11.5)
  const note = noteOf(step, deciding || look === 'running')
  const left = width - 20 - ctx.measureText(name).width
  if (!note || left < 24) return
  ctx.font = `10px ${palette.font}`
  const words = fitText(ctx, note, left)
  ctx.fillText(words, x + width - 6 - ctx.measureText(words).width, y + 11.5)
}

/** What a step says beside its name: its tests, or why it decided. */
function noteOf(step: Step, telling: boolean): string {
  if (step.tests && step.tests.failed > 0) return `${step.tests.failed} failed`
  if (step.tests && step.tests.passed > 0) return `${step.tests.passed} tests`
  return telling && step.completeAt !== null ? step.stateString : ''
}
