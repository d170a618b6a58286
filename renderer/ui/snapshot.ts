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
  draw(ctx, base, element)
  return canvas
}

function draw(ctx: CanvasRenderingContext2D, base: DOMMatrix, element: Element) {
  const style = getComputedStyle(element)
  if (style.visibility === 'hidden' || style.display === 'none' || isForEarsOnly(style)) return
  const rect = element.getBoundingClientRect()
  ctx.save()
  ctx.globalAlpha *= Number(style.opacity)
  if (element instanceof HTMLCanvasElement) {
    if (element.width > 0 && element.height > 0)
      ctx.drawImage(element, rect.left, rect.top, rect.width, rect.height)
  } else if (element instanceof SVGGeometryElement) drawShape(ctx, base, element, style)
  else {
    if (element instanceof HTMLElement) drawGround(ctx, rect, style)
    if (style.overflow !== 'visible' && !(element instanceof SVGElement)) {
      ctx.beginPath()
      ctx.rect(rect.left, rect.top, rect.width, rect.height)
      ctx.clip()
    }
    drawBefore(ctx, element, rect)
    for (const child of inLayers(element))
      if (child instanceof Element) draw(ctx, base, child)
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

function drawGround(ctx: CanvasRenderingContext2D, rect: DOMRect, style: CSSStyleDeclaration) {
  const { left, top, width, height } = rect
  ctx.beginPath()
  ctx.roundRect(left, top, width, height, Number.parseFloat(style.borderRadius) || 0)
  ctx.fillStyle = style.backgroundColor
  ctx.fill()
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
function drawBefore(ctx: CanvasRenderingContext2D, element: Element, rect: DOMRect) {
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
  const corners = [...style.clipPath.matchAll(/([\d.]+)% ([\d.]+)%/g)]
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
  ctx: CanvasRenderingContext2D,
  base: DOMMatrix,
  shape: SVGGeometryElement,
  style: CSSStyleDeclaration,
) {
  const matrix = shape.getScreenCTM()
  if (!matrix) return
  ctx.save()
  ctx.setTransform(base.multiply(DOMMatrix.fromMatrix(matrix)))
  const path = pathOf(shape)
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

function pathOf(shape: SVGGeometryElement): Path2D {
  const number = (name: string) => Number(shape.getAttribute(name) ?? 0)
  if (shape instanceof SVGPathElement) return new Path2D(shape.getAttribute('d') ?? '')
  const path = new Path2D()
  if (shape instanceof SVGCircleElement) path.arc(number('cx'), number('cy'), number('r'), 0, 7)
  else if (shape instanceof SVGRectElement)
    path.roundRect(number('x'), number('y'), number('width'), number('height'), number('rx'))
  else if (shape instanceof SVGLineElement) {
    path.moveTo(number('x1'), number('y1'))
    path.lineTo(number('x2'), number('y2'))
  }
  return path
}

function drawText(ctx: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration) {
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
    } else ctx.fillText(words, rect.left, rect.top + rect.height / 2 + (up - down) / 2)
    ctx.restore()
  }
}

/** A text broken into lines as the browser has broken it. */
function linesOf(text: Text): { words: string; rect: DOMRect }[] {
  const range = document.createRange()
  range.selectNodeContents(text)
  const rects = [...range.getClientRects()].filter(rect => rect.width > 0)
  if (rects.length <= 1) return rects.map(rect => ({ words: text.data.trim(), rect }))
  const lines: { words: string; rect: DOMRect }[] = []
  for (let i = 0; i < text.length; i++) {
    range.setStart(text, i)
    range.setEnd(text, i + 1)
    const [rect] = range.getClientRects()
    if (!rect) continue
    const last = lines.at(-1)
    if (last && Math.abs(last.rect.top - rect.top) < 2) last.words += text.data[i]
    else lines.push({ words: text.data[i]!, rect })
  }
  return lines
}
