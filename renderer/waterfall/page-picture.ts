import type { Build, Builder } from '../bridge.ts'
import type { Sleep } from '../store/sleeps.ts'
import { fitText } from '../ui/fit-text.ts'
import { ago, clock, day, initials, personName, shortRevision } from '../ui/format.ts'
import { LOOK_WORDS, type Look, lookOf, OUTLINES, SILHOUETTES } from '../ui/look.ts'
import { createSvgPen, element, type SvgOptions, type SvgPen, wrapped } from '../ui/svg-pen.ts'
import { LOWEST_BOX } from './axis.ts'
import { buildTitle } from './build-words.ts'
import { type ColumnPlan, groupName, LEAST_FOR_WORDS } from './column-plan.ts'
import { dayWords } from './day-words.ts'
import { foldWords } from './fold-words.ts'
import { futureTicks } from './future.ts'
import { expectedTitle, expectedWords, remainderTitle } from './future-words.ts'
import { CHANGES_X, GUTTER_PX } from './gutter-sizes.ts'
import { markWords } from './mark-words.ts'
import { CHANGE_PX } from './model.ts'
import { paint } from './paint.ts'
import { makePalette } from './palette.ts'
import type { Shown } from './shown.ts'
import { tickWords } from './tick-words.ts'

export interface PictureInput extends Pick<SvgOptions, 'measure' | 'family'> {
  readonly shown: Shown
  readonly builders: readonly Builder[]
  readonly sleeps: readonly Sleep[]
  /** The last build of a column that is over, however long ago; of a folded group the worst of those. */
  lastOf(plan: ColumnPlan): Build | null
}

const GROUPS_PX = 25
/** Room for somebody's initials. */
const INITIALS_PX = 20

/** As high as what is written in the heads: names that stand upright need more. */
function headsPx({ shown }: PictureInput): number {
  return shown.model.columns.some(({ width }) => width < LEAST_FOR_WORDS) ? 112 : 50
}

function topPx(input: PictureInput): number {
  return GROUPS_PX + headsPx(input)
}

const token = (name: string) => `var(--${name})`

/** All columns over the time in sight, as SVG whose colours are those of the page that it stands in. */
export function pagePicture(input: PictureInput): string {
  const { shown, measure, family } = input
  const width = shown.model.width
  const above = topPx(input)
  const [wide, high] = [GUTTER_PX + width, above + shown.height]
  const board = createSvgPen({ measure, family })
  const palette = makePalette({ token, font: family, tile: board.tile, path: data => data })
  paint(board, { ...shown, palette, left: 0, width })
  addFolds(board, input)
  addFuture(board, input)
  addTitles(board, input)
  const frame = createSvgPen({ measure, family })
  frame.fillStyle = token('canvas')
  frame.fillRect(0, 0, wide, high)
  addHeads(frame, input)
  addGutter(frame, input)
  const inner = { x: GUTTER_PX, y: above, width, height: shown.height }
  frame.add(wrapped('svg', inner, board.markup()))
  addNow(frame, input)
  const outer = { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high }
  return wrapped(
    'svg',
    { ...outer, role: 'img', 'aria-label': 'The waterfall; the table below says the same' },
    frame.markup(),
  )
}

function addHeads(pen: SvgPen, input: PictureInput) {
  const { shown, lastOf, family } = input
  const { model, now } = shown
  const [height, foot] = [headsPx(input), topPx(input)]
  for (const { plan, x, width } of model.groups) {
    write(pen, `600 11px ${family}`, 'text-2', groupName(plan), GUTTER_PX + x + 6, 17, width - 10)
    line(pen, 'line-strong', GUTTER_PX + x, 0, 1, GROUPS_PX)
  }
  line(pen, 'line', GUTTER_PX, GROUPS_PX - 1, model.width, 1)
  line(pen, 'line-strong', 0, foot - 1, GUTTER_PX + model.width, 1)
  for (const column of model.columns) {
    const last = lastOf(column.plan)
    const look = last ? lookOf(last.results) : 'none'
    const left = GUTTER_PX + column.x
    line(pen, 'line-faint', left, GROUPS_PX, 1, height)
    const { name } = column.plan
    if (column.width < LEAST_FOR_WORDS) {
      const middle = left + column.width / 2
      pen.save()
      pen.translate(middle, foot - 24)
      pen.rotate(-Math.PI / 2)
      write(pen, `400 12px ${family}`, 'text', name, 0, 4, height - 30)
      pen.restore()
      sign(pen, look, middle - 5, foot - 17)
    } else {
      write(pen, `600 13px ${family}`, 'text', name, left + 10, GROUPS_PX + 20, column.width - 14)
      sign(pen, look, left + 10, GROUPS_PX + 29)
      const words = last?.completeAt ? ago(now - last.completeAt) : LOOK_WORDS.none
      write(
        pen,
        `400 11px ${family}`,
        'text-2',
        words,
        left + 25,
        GROUPS_PX + 38,
        column.width - 30,
      )
    }
    const words = `${name}: ${last ? `#${last.number} ${LOOK_WORDS[look]}` : LOOK_WORDS.none}`
    cover(pen, words, left, GROUPS_PX, column.width, height)
  }
}

function addGutter(pen: SvgPen, input: PictureInput) {
  const { shown, family } = input
  const { model, top, height, live, ticks } = shown
  const above = topPx(input)
  const yOf = (y: number) => above + y - top
  line(pen, 'line', GUTTER_PX - 1, above, 1, height)
  for (const tick of [...(live ? futureTicks(model.future) : []), ...ticks]) {
    const { moment, y, newDay } = tick
    if (y < top || y > top + height) continue
    write(
      pen,
      `400 10px ${family}`,
      'text-3',
      tickWords(model.axis, tick),
      6,
      yOf(y) + 3.5,
      GUTTER_PX,
    )
    if (newDay && !model.axis.unit)
      write(pen, `400 10px ${family}`, 'text-2', day(moment), 6, yOf(y) - 10, GUTTER_PX)
  }
  for (const mark of model.marks) {
    if (mark.y < top || mark.y > top + height) continue
    pen.fillStyle = token('text-3')
    pen.beginPath()
    pen.moveTo(GUTTER_PX - 9, yOf(mark.y) - 4)
    for (const [dx, dy] of [
      [4, 4],
      [0, 8],
      [-4, 4],
    ] as const)
      pen.lineTo(GUTTER_PX - 9 + dx, yOf(mark.y) - 4 + dy)
    pen.fill()
    cover(pen, markWords(mark), GUTTER_PX - 18, yOf(mark.y) - 9, 18, 18)
  }
  for (const { change, exactY, y } of model.changes) {
    if (y + CHANGE_PX < top || y > top + height - CHANGE_PX / 2) continue
    pen.strokeStyle = token('line-strong')
    pen.beginPath()
    pen.moveTo(44, yOf(exactY))
    pen.lineTo(47, yOf(exactY))
    pen.lineTo(52, yOf(y) + CHANGE_PX / 2)
    pen.stroke()
    const x = CHANGES_X + INITIALS_PX
    const room = GUTTER_PX - x - 18
    pen.fillStyle = token('neutral-fill')
    pen.beginPath()
    pen.arc(CHANGES_X + 8, yOf(y) + CHANGE_PX / 2, 8, 0, 7)
    pen.fill()
    const short = initials(change.who)
    pen.font = `600 8px ${family}`
    const middle = CHANGES_X + 8 - pen.measureText(short).width / 2
    write(pen, pen.font, 'text-2', short, middle, yOf(y) + CHANGE_PX / 2 + 3, INITIALS_PX)
    const subject = change.subject || '(no message)'
    write(pen, `400 11px ${family}`, 'text', subject, x, yOf(y) + 12, room)
    const where = `${personName(change.who)} ${change.branch} ${shortRevision(change.revision)}`
    write(pen, `400 10px ${family}`, 'text-3', where, x, yOf(y) + 25, room)
    const told = `${personName(change.who)}\n${change.comments}`
    cover(pen, told, CHANGES_X, yOf(y), room + INITIALS_PX, CHANGE_PX)
  }
}

function addFolds(pen: SvgPen, { shown, sleeps, family }: PictureInput) {
  const { model, top, height } = shown
  for (const fold of model.axis.folds) {
    if (fold.bottom < top || fold.top > top + height) continue
    pen.fillStyle = token('window')
    pen.fillRect(0, fold.top - top, model.width, fold.bottom - fold.top)
    pen.strokeStyle = token('line-strong')
    pen.setLineDash([4, 3])
    pen.beginPath()
    for (const y of [fold.top + 0.5, fold.bottom - 0.5]) {
      pen.moveTo(0, y - top)
      pen.lineTo(model.width, y - top)
    }
    pen.stroke()
    pen.setLineDash([])
    const words = foldWords(fold.from, fold.to, sleeps)
    const middle = (fold.top + fold.bottom) / 2 - top
    write(pen, `400 11px ${family}`, 'text-2', words, 10, middle + 4, model.width)
  }
}

function addFuture(pen: SvgPen, { shown, family }: PictureInput) {
  const { model, top, live, now } = shown
  if (!live || top >= 0) return
  for (const column of model.columns) {
    for (const one of column.future.running) {
      const box = { x: column.x + one.x, y: one.top - top, width: one.width, height: one.height }
      dashed(pen, 'running-edge', 'running-fill', box)
      cover(pen, remainderTitle(one, now), box.x, box.y, box.width, box.height)
    }
    for (const one of column.future.expected) {
      const room = { x: column.x + 3, width: column.width - 6 }
      const box = { ...room, y: one.top - top, height: one.height }
      dashed(pen, 'expected-edge', 'expected-fill', box)
      if (column.width >= LEAST_FOR_WORDS)
        write(
          pen,
          `400 11px ${family}`,
          'text-2',
          expectedWords(one, now),
          box.x + 5,
          box.y + 12,
          box.width - 8,
        )
      cover(pen, expectedTitle(one, now), box.x, box.y, box.width, box.height)
    }
  }
}

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function dashed(pen: SvgPen, edge: string, fill: string, { x, y, width, height }: Place) {
  pen.fillStyle = token(fill)
  pen.fillRect(x, y, width, height)
  pen.strokeStyle = token(edge)
  pen.lineWidth = 1
  pen.setLineDash([4, 3])
  pen.beginPath()
  pen.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, 2)
  pen.stroke()
  pen.setLineDash([])
}

/** What a pointer reads of boxes and days. */
function addTitles(pen: SvgPen, { shown, builders }: PictureInput) {
  const { model, top, height, now } = shown
  const names = new Map(builders.map(({ id, name }) => [id, name]))
  for (const column of model.columns) {
    for (const cell of column.days) {
      const y = Math.max(0, model.axis.y(cell.to)) - top
      const bottom = model.axis.y(cell.from) - top
      if (bottom < 0 || y > height) continue
      const words = `${column.plan.name}, ${day(cell.from)}\n${dayWords(cell)}`
      cover(pen, words, column.x, y, column.width, bottom - y)
    }
    for (const box of column.boxes.within(top, top + height)) {
      const title = buildTitle(names.get(box.build.builderId) ?? '?', box.build, now)
      const more = box.builds.length > 1 ? `\nthe worst of ${box.builds.length}` : ''
      const x = column.x + box.x
      cover(pen, title + more, x, box.top - top, box.width, Math.max(LOWEST_BOX, box.height) - 1)
    }
  }
}

function addNow(pen: SvgPen, input: PictureInput) {
  const { shown, family } = input
  const { model, top, height, live, now } = shown
  if (!live || top >= 0 || -top > height) return
  const y = topPx(input) - top
  line(pen, 'now', 0, y, GUTTER_PX + model.width, 1)
  const font = `600 11px ${family}`
  pen.font = font
  line(pen, 'now', 0, y - 9, pen.measureText(clock(now)).width + 12, 17)
  write(pen, font, 'on-now', clock(now), 6, y + 3.5, GUTTER_PX)
}

/** A sign as the head of a narrow column has it: its silhouette alone. */
function sign(pen: SvgPen, look: Look, x: number, y: number) {
  pen.save()
  pen.translate(x, y)
  pen.scale(10 / 16, 10 / 16)
  if (look in SILHOUETTES) {
    pen.fillStyle = token(look === 'running' ? 'running-mark' : `${look}-solid`)
    pen.fill(SILHOUETTES[look as keyof typeof SILHOUETTES])
  } else {
    pen.strokeStyle = token('neutral-edge')
    pen.lineWidth = 2
    pen.stroke(OUTLINES[look as keyof typeof OUTLINES] ?? 'M10 8a2 2 0 1 1-4 0a2 2 0 1 1 4 0z')
  }
  pen.restore()
}

function write(
  pen: SvgPen,
  font: string,
  colour: string,
  text: string,
  x: number,
  y: number,
  room: number,
) {
  pen.font = font
  pen.fillStyle = token(colour)
  const fitting = fitText(pen, text, room)
  if (fitting !== '') pen.fillText(fitting, x, y)
}

function line(pen: SvgPen, colour: string, x: number, y: number, width: number, height: number) {
  pen.fillStyle = token(colour)
  pen.fillRect(x, y, width, height)
}

/** Nothing to be seen, and words for a pointer. */
function cover(pen: SvgPen, words: string, x: number, y: number, width: number, height: number) {
  const place = {
    x: Math.round(x),
    y: Math.round(y),
    width: Math.ceil(width),
    height: Math.ceil(height),
  }
  pen.add(wrapped('rect', { ...place, fill: 'transparent' }, element('title', {}, words)))
}
