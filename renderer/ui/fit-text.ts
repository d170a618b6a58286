import type { Pen } from './pen.ts'

const MOST_FITTED = 4000
const fitted = new Map<string, string>()

/** Cuts at the end what does not fit. Measuring is dear, and the same few names come again in each frame. */
export function fitText(
  pen: Pick<Pen, 'font' | 'measureText'>,
  text: string,
  width: number,
): string {
  const key = `${pen.font}|${Math.floor(width)}|${text}`
  const known = fitted.get(key)
  if (known !== undefined) return known
  const cut = cutToFit(text, written => pen.measureText(written).width <= width)
  if (fitted.size > MOST_FITTED) fitted.clear()
  fitted.set(key, cut)
  return cut
}

// Anybody may give a name of any length: it is halved, and not measured sign by sign.
function cutToFit(text: string, fits: (written: string) => boolean): string {
  if (fits(text)) return text
  const signs = [...text]
  const cutAt = (end: number) => `${signs.slice(0, end).join('')}…`
  let end = 0
  for (let above = signs.length; above - end > 1; ) {
    const middle = (end + above) >> 1
    if (fits(cutAt(middle))) end = middle
    else above = middle
  }
  return end > 0 ? cutAt(end) : ''
}
