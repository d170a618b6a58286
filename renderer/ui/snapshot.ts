import { fitText } from './fit-text.ts'
import type { Path, Pen } from './pen.ts'
import { circleData, createSvgPen, roundRectData, type SvgPen, wrapped } from './svg-pen.ts'

/**
 * A picture of an element as it is seen: canvases, grounds, borders, signs and text. It draws what our
 * views are made of, not all that a browser can: there is no way to ask the browser itself.
 */
export function snapshot(element: HTMLElement): HTMLCanvasElement {
  const whole = element.getBoundingClientRect()
  const ratio = devicePixelRatio
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(whole.width * ratio)
  canvas.height = Math.round(whole.height * ratio)
  const ctx = canvas.getContext('2d')!
  ctx.fillStyle = getComputedStyle(document.body).backgroundColor
  ctx.fillRect(0, 0, canvas.width, canvas.height)
  const base = new DOMMatrix().scale(ratio).translate(-whole.left, -whole.top)
  ctx.setTransform(base)
  const canvasAt = (one: HTMLCanvasElement, { left, top, width, height }: DOMRect) =>
    ctx.drawImage(one, left, top, width, height)
  draw({ ctx, base, canvasAt, pathOf: data => new Path2D(data) }, element)
  return canvas
}

/**
 * The same picture as SVG.
 *
 * @param paintAgain Paints with a pen what a canvas shows; its upper left corner is 0.
 */
export function snapshotSvg(
  element: HTMLElement,
  paintAgain: (canvas: HTMLCanvasElement, pen: SvgPen) => void,
): string {
  const { left, top, width, height } = element.getBoundingClientRect()
  const { fontFamily, backgroundColor } = getComputedStyle(document.body)
  const pen = createSvgPen({ measure: measurer(), family: fontFamily, colour: colourReader() })
  pen.fillStyle = backgroundColor
  pen.fillRect(left, top, width, height)
  const canvasAt = (canvas: HTMLCanvasElement, rect: DOMRect) => {
    pen.translate(rect.left, rect.top)
    pen.beginPath()
    pen.rect(0, 0, rect.width, rect.height)
    pen.clip()
    paintAgain(canvas, pen)
  }
  draw({ ctx: pen, base: new DOMMatrix(), canvasAt, pathOf: data => data }, element)
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `${left} ${top} ${width} ${height}`,
    'font-family': fontFamily,
  }
  return `${wrapped('svg', attributes, pen.markup())}\n`
}

/** How wide texts are in this window. */
export function measurer(): (text: string, font: string) => TextMetrics {
  const ctx = document.createElement('canvas').getContext('2d')!
  return (text, font) => {
    ctx.font = font
    return ctx.measureText(text)
  }
}

// Colours as every program reads them, whatever a style sheet may say them by.
function colourReader(): (css: string) => string {
  const ctx = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
  const known = new Map<string, string>()
  return css => {
    if (css.startsWith('url(')) return css
    let read = known.get(css)
    if (read === undefined) {
      ctx.clearRect(0, 0, 1, 1)
      ctx.fillStyle = css
      ctx.fillRect(0, 0, 1, 1)
      const [r, g, b, a] = ctx.getImageData(0, 0, 1, 1).data as unknown as [
        number,
        number,
        number,
        number,
      ]
      read =
        a === 255 ? `rgb(${r},${g},${b})` : `rgba(${r},${g},${b},${Number((a / 255).toFixed(3))})`
      known.set(css, read)
    }
    return read
  }
}

/** What is drawn with, and how. */
interface Drawing {
  readonly ctx: Pen
  /** From px of the window to px of the picture. */
  readonly base: DOMMatrix
  canvasAt(canvas: HTMLCanvasElement, rect: DOMRect): void
  pathOf(data: string): Path
}

function draw(drawing: Drawing, element: Element) {
  const { ctx } = drawing
  const style = getComputedStyle(element)
  if (style.visibility === 'hidden' || style.display === 'none' || isForEarsOnly(style)) return
  const rect = element.getBoundingClientRect()
  ctx.save()
  ctx.globalAlpha *= Number(style.opacity)
  if (element instanceof HTMLCanvasElement) {
    if (element.width > 0 && element.height > 0) drawing.canvasAt(element, rect)
  } else if (element instanceof SVGGeometryElement) drawShape(drawing, element, style)
  else {
    if (element instanceof HTMLElement) drawGround(ctx, rect, style)
    if (style.overflow !== 'visible' && !(element instanceof SVGElement)) {
      ctx.beginPath()
      ctx.rect(rect.left, rect.top, rect.width, rect.height)
      ctx.clip()
    }
    drawBefore(ctx, element, rect)
    for (const child of inLayers(element))
      if (child instanceof Element) draw(drawing, child)
      else drawText(ctx, child, style)
  }
  ctx.restore()
}

function isForEarsOnly(style: CSSStyleDeclaration): boolean {
  return style.clipPath.startsWith('inset(50%')
}

/** As they lie over each other. */
function inLayers(element: Element): (Element | Text)[] {
  const layer = (node: Element | Text) =>
    node instanceof Element ? Number.parseInt(getComputedStyle(node).zIndex, 10) || 0 : 0
  return [...element.childNodes]
    .filter(node => node instanceof Element || node instanceof Text)
    .sort((a, b) => layer(a) - layer(b))
}

const TRANSPARENT = 'rgba(0, 0, 0, 0)'

function drawGround(ctx: Pen, rect: DOMRect, style: CSSStyleDeclaration) {
  const { left, top, width, height } = rect
  ctx.beginPath()
  ctx.roundRect(left, top, width, height, Number.parseFloat(style.borderRadius) || 0)
  if (style.backgroundColor !== TRANSPARENT) {
    ctx.fillStyle = style.backgroundColor
    ctx.fill()
  }
  const sides = ['Top', 'Right', 'Bottom', 'Left'] as const
  const lines = {
    Top: [left, top, left + width, top],
    Right: [left + width, top, left + width, top + height],
    Bottom: [left, top + height, left + width, top + height],
    Left: [left, top, left, top + height],
  } as const
  for (const side of sides) {
    const px = Number.parseFloat(style[`border${side}Width`])
    const kind = style[`border${side}Style`]
    if (!(px > 0) || kind === 'none') continue
    ctx.strokeStyle = style[`border${side}Color`]
    ctx.lineWidth = px
    ctx.setLineDash(kind === 'dashed' ? [3 * px, 2 * px] : kind === 'dotted' ? [px, px] : [])
    const [x1, y1, x2, y2] = lines[side]
    const [dx, dy] =
      side === 'Left' ? [px / 2, 0] : side === 'Top' ? [0, px / 2] : [-px / 2, -px / 2]
    ctx.beginPath()
    ctx.moveTo(x1 + dx, y1 + dy)
    ctx.lineTo(x2 + (side === 'Bottom' ? 0 : dx), y2 + (side === 'Right' ? 0 : dy))
    ctx.stroke()
  }
  ctx.setLineDash([])
}

/** What a style sheet adds before an element, where that is a shape with a place and a size. */
function drawBefore(ctx: Pen, element: Element, rect: DOMRect) {
  const style = getComputedStyle(element, '::before')
  if (style.content === 'none' || style.position !== 'absolute') return
  const [left, top, width, height] = ['left', 'top', 'width', 'height'].map(name =>
    Number.parseFloat(style.getPropertyValue(name)),
  ) as [number, number, number, number]
  ctx.save()
  // An element that stands on its head has it at the other end.
  const turned = new DOMMatrix(getComputedStyle(element).transform).a < 0
  if (turned) {
    ctx.translate(rect.right, rect.bottom)
    ctx.scale(-1, -1)
  } else ctx.translate(rect.left, rect.top)
  ctx.beginPath()
  const corners = [...style.clipPath.matchAll(/([\d.]+)(?:%|px) ([\d.]+)(?:%|px)/g)]
  if (corners.length > 0)
    for (const [, x, y] of corners)
      ctx.lineTo(left + (width * Number(x)) / 100, top + (height * Number(y)) / 100)
  else ctx.roundRect(left, top, width, height, Number.parseFloat(style.borderRadius) || 0)
  ctx.fillStyle = style.backgroundColor
  ctx.fill()
  const px = Number.parseFloat(style.borderTopWidth)
  if (px > 0) {
    ctx.lineWidth = px
    ctx.strokeStyle = style.borderTopColor
    ctx.stroke()
  }
  ctx.restore()
}

function drawShape(
  { ctx, base, pathOf }: Drawing,
  shape: SVGGeometryElement,
  style: CSSStyleDeclaration,
) {
  const matrix = shape.getScreenCTM()
  if (!matrix) return
  ctx.save()
  ctx.setTransform(base.multiply(DOMMatrix.fromMatrix(matrix)))
  const path = pathOf(dataOf(shape))
  if (style.fill !== 'none') {
    ctx.fillStyle = style.fill
    ctx.fill(path)
  }
  if (style.stroke !== 'none') {
    ctx.strokeStyle = style.stroke
    ctx.lineWidth = Number.parseFloat(style.strokeWidth) || 1
    ctx.lineCap = style.strokeLinecap as CanvasLineCap
    ctx.lineJoin = style.strokeLinejoin as CanvasLineJoin
    ctx.setLineDash(style.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat).filter(Boolean))
    ctx.stroke(path)
  }
  ctx.restore()
}

function dataOf(shape: SVGGeometryElement): string {
  const number = (name: string) => Number(shape.getAttribute(name) ?? 0)
  if (shape instanceof SVGPathElement) return shape.getAttribute('d') ?? ''
  if (shape instanceof SVGCircleElement) return circleData(number('cx'), number('cy'), number('r'))
  if (shape instanceof SVGRectElement)
    return roundRectData(number('x'), number('y'), number('width'), number('height'), number('rx'))
  if (shape instanceof SVGLineElement)
    return `M${number('x1')} ${number('y1')}L${number('x2')} ${number('y2')}`
  return ''
}

function drawText(ctx: Pen, text: Text, style: CSSStyleDeclaration) {
  if (text.data.trim() === '') return
  // The whole of it as one is empty where a part can't be said that way.
  ctx.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
  ctx.fillStyle = style.color
  ctx.textBaseline = 'alphabetic'
  for (const { words, rect } of linesOf(text)) {
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = ctx.measureText(words)
    ctx.save()
    if (style.writingMode.startsWith('vertical')) {
      // Ours read from the foot to the top.
      ctx.translate(rect.left + rect.width / 2 + (up - down) / 2, rect.bottom)
      ctx.rotate(-Math.PI / 2)
      ctx.fillText(words, 0, 0)
    } else {
      const of = text.parentElement!
      // As the style sheet cuts what does not fit.
      const isCut = style.textOverflow === 'ellipsis' && of.scrollWidth > of.clientWidth
      const fitting = isCut ? fitText(ctx, words, of.clientWidth) : words
      ctx.fillText(fitting, rect.left, rect.top + rect.height / 2 + (up - down) / 2)
    }
    ctx.restore()
  }
}

/** A text broken into lines as the browser has broken it. */
function linesOf(text: Text): { words: string; rect: DOMRect }[] {
  const range = document.createRange()
  range.selectNodeContents(text)
  const rects = [...range.getClientRects()].filter(rect => rect.width > 0)
  const [first] = rects
  if (!first) return []
  // What is read from either side has several rectangles in a line.
  if (rects.every(rect => isBeside(rect, first))) {
    const leftmost = rects.reduce((a, b) => (b.left < a.left ? b : a))
    return [{ words: text.data.trim(), rect: leftmost }]
  }
  // Spaces that are not shown have none: what comes after them counts.
  const rectFrom = (at: number): DOMRect | undefined => {
    for (let i = at; i < text.length; i++) {
      range.setStart(text, i)
      range.setEnd(text, i + 1)
      const [rect] = range.getClientRects()
      if (rect) return rect
    }
    return undefined
  }
  const lines: { words: string; rect: DOMRect }[] = []
  for (let at = 0; at < text.length; ) {
    const rect = rectFrom(at)
    if (!rect) break
    // The browser takes long for each place in a long text: where the next line begins is found by halving.
    let end = at + 1
    for (let above = text.length; end < above; ) {
      const middle = (end + above) >> 1
      const other = rectFrom(middle)
      if (other && isBeside(other, rect)) end = middle + 1
      else above = middle
    }
    lines.push({ words: text.data.slice(at, end).trim(), rect })
    at = end
  }
  return lines
}

function isBeside(one: DOMRect, other: DOMRect): boolean {
  return Math.abs(one.top - other.top) < 2
}
