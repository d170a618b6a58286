import type { Pen } from '../ui/pen.ts'

const MOST_FITTED = 4000
const fitted = new Map<string, string>()

/** Cuts at the end what does not fit. Measuring is dear, and the same few names come again in each frame. */
export function fitText(ctx: Pen, text: string, width: number): string {
  const key = `${ctx.font}|${Math.floor(width)}|${text}`
  const known = fitted.get(key)
  if (known !== undefined) return known
  let cut = text
  if (ctx.measureText(text).width > width) {
    let end = text.length
    while (end > 0 && ctx.measureText(`${text.slice(0, end)}…`).width > width) end--
    cut = end > 0 ? `${text.slice(0, end)}…` : ''
  }
  if (fitted.size > MOST_FITTED) fitted.clear()
  fitted.set(key, cut)
  return cut
}
