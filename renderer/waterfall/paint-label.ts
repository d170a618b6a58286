import { fitText } from '../ui/fit-text.ts'
import type { Look } from '../ui/look.ts'
import type { Path, Pen } from '../ui/pen.ts'
import type { Colours, Palette } from './palette.ts'

export interface LabelPlace {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** One line of text and no more. */
  readonly low: boolean
  /** What it stands on is a pattern: it needs a ground of its own. */
  readonly patterned: boolean
}

const SIGN_PX = 10
/** In a narrower box a name that is cut says nothing. */
export const LEAST_FOR_DOTS = 64

/** Writes a box's number, with the sign of what is neither good nor bad: colour alone would not tell those apart. */
export function paintLabel(
  ctx: Pen,
  { font, signs }: Pick<Palette, 'font' | 'signs'>,
  label: string,
  look: Look,
  colours: Colours,
  { x, y, width, height, low, patterned }: LabelPlace,
): void {
  const sign = signs[look]
  const middle = low ? y + height / 2 : y + height - 8.5
  const { text, wide } = fitLabel(ctx, font, label, width)
  if (wide > width - 4) {
    if (sign) paintSign(ctx, sign, colours, x + (width - SIGN_PX) / 2, middle)
    return
  }
  const at = low ? x + Math.min(8, width - wide) : x + width - 4 - wide
  const beside = low ? at + wide + 4 : at - SIGN_PX - 4
  const hasSign = sign !== undefined && beside >= x + 4 && beside + SIGN_PX <= x + width - 2
  if (patterned) {
    ctx.fillStyle = colours.fill
    const from = beside < at && hasSign ? beside : at
    const to = Math.max(at + wide, hasSign ? beside + SIGN_PX : 0)
    ctx.fillRect(from - 3, low ? y + 2 : middle - 6, to - from + 6, low ? height - 4 : 13)
  }
  ctx.fillStyle = colours.ink
  ctx.fillText(text, at, middle + 4)
  if (hasSign) paintSign(ctx, sign, colours, beside, middle)
}

/** How much of a box's lowest line its number takes. */
export function labelPx(
  ctx: Pen,
  { font, signs }: Pick<Palette, 'font' | 'signs'>,
  label: string,
  look: Look,
  width: number,
): number {
  const { wide } = fitLabel(ctx, font, label, width)
  return wide > width - 4 ? 0 : wide + 4 + (signs[look] ? SIGN_PX + 4 : 0)
}

function fitLabel(ctx: Pen, font: string, label: string, width: number) {
  ctx.font = `600 10.5px ${font}`
  const text = width < LEAST_FOR_DOTS ? label : fitText(ctx, label, width - 8)
  return { text, wide: ctx.measureText(text).width }
}

function paintSign(ctx: Pen, sign: Path, colours: Colours, x: number, middle: number) {
  ctx.save()
  ctx.translate(x, middle - SIGN_PX / 2)
  ctx.scale(SIGN_PX / 16, SIGN_PX / 16)
  ctx.strokeStyle = colours.ink
  ctx.lineWidth = 2.2
  ctx.lineCap = 'round'
  ctx.stroke(sign)
  ctx.restore()
}
