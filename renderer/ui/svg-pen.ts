import type { Path, Pen } from './pen.ts'

export interface SvgPen extends Pen {
  /** A ground of tiles, for `fillStyle`. */
  tile(name: string, size: number, draw: (pen: Pen, size: number) => void): string
  /** What stands for itself, at its place among what is drawn. It has to be escaped. */
  add(markup: string): void
  /** All that was drawn, with what it refers to. */
  markup(): string
}

export interface SvgOptions {
  /** How wide a text is: a browser's canvas knows. */
  measure(text: string, font: string): ReturnType<Pen['measureText']>
  /** Text in this font need not say so. */
  readonly family: string
  /** How a colour is written. */
  readonly colour?: (css: string) => string
}

interface State {
  readonly matrix: Matrix
  readonly clip: number
}

type Matrix = readonly [number, number, number, number, number, number]

const PLAIN: Matrix = [1, 0, 0, 1, 0, 0]

/** Writes what is drawn as SVG: one element for each rectangle, path or text. */
export function createSvgPen({ measure, family, colour = css => css }: SvgOptions): SvgPen {
  const definitions: string[] = []
  const body: string[] = []
  const tiles = new Set<string>()
  let clips = 0
  /** Of the group that is open. */
  let open = 0
  let matrix = PLAIN
  let clip = 0
  let path = ''
  let dash: readonly number[] = []
  const saved: (State & Pick<Pen, (typeof SAVED)[number]> & { dash: readonly number[] })[] = []

  const shape = (name: string, attributes: Record<string, string | number | undefined>) => {
    enter()
    body.push(element(name, { ...attributes, transform: transformOf(matrix) }))
  }
  // What is clipped alike and follows on each other is one group.
  const enter = () => {
    if (open === clip) return
    if (open > 0) body.push('</g>')
    if (clip > 0) body.push(`<g clip-path="url(#clip-${clip})">`)
    open = clip
  }
  const inked = (style: Pen['fillStyle']) => colour(String(style))
  const opacity = () => (pen.globalAlpha < 1 ? round(pen.globalAlpha) : undefined)
  const dataOf = (given?: Path) => (given === undefined ? path : String(given))

  const pen: SvgPen = {
    fillStyle: '#000',
    strokeStyle: '#000',
    lineWidth: 1,
    lineCap: 'butt',
    lineJoin: 'miter',
    globalAlpha: 1,
    font: '10px sans-serif',
    textBaseline: 'alphabetic',
    save() {
      const kept = Object.fromEntries(SAVED.map(name => [name, pen[name]]))
      saved.push({ matrix, clip, dash, ...(kept as Pick<Pen, (typeof SAVED)[number]>) })
    },
    restore() {
      const last = saved.pop()
      if (!last) return
      ;({ matrix, clip, dash } = last)
      for (const name of SAVED) Object.assign(pen, { [name]: last[name] })
    },
    translate(x, y) {
      matrix = times(matrix, [1, 0, 0, 1, x, y])
    },
    scale(x, y) {
      matrix = times(matrix, [x, 0, 0, y, 0, 0])
    },
    rotate(angle) {
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      matrix = times(matrix, [cos, sin, -sin, cos, 0, 0])
    },
    setTransform({ a = 1, b = 0, c = 0, d = 1, e = 0, f = 0 }) {
      matrix = [a, b, c, d, e, f]
    },
    beginPath() {
      path = ''
    },
    moveTo(x, y) {
      path += `M${round(x)} ${round(y)}`
    },
    // As on a canvas, the first point of a path is where it begins.
    lineTo(x, y) {
      path += `${path === '' ? 'M' : 'L'}${round(x)} ${round(y)}`
    },
    rect(x, y, width, height) {
      path += roundRectData(x, y, width, height, 0)
    },
    roundRect(x, y, width, height, radius) {
      path += roundRectData(x, y, width, height, radius)
    },
    // Whole circles are all that is drawn.
    arc(x, y, radius) {
      path += circleData(x, y, radius)
    },
    clip() {
      definitions.push(
        `<clipPath id="clip-${++clips}"${clip > 0 ? ` clip-path="url(#clip-${clip})"` : ''}>${element('path', { d: path, transform: transformOf(matrix) })}</clipPath>`,
      )
      clip = clips
    },
    fill(given) {
      const d = dataOf(given)
      if (d !== '') shape('path', { d, fill: inked(pen.fillStyle), opacity: opacity() })
    },
    stroke(given) {
      const d = dataOf(given)
      if (d === '') return
      shape('path', {
        d,
        fill: 'none',
        stroke: inked(pen.strokeStyle),
        'stroke-width': pen.lineWidth === 1 ? undefined : round(pen.lineWidth),
        'stroke-linecap': pen.lineCap === 'butt' ? undefined : pen.lineCap,
        'stroke-linejoin': pen.lineJoin === 'miter' ? undefined : pen.lineJoin,
        'stroke-dasharray': dash.length > 0 ? dash.map(round).join(' ') : undefined,
        opacity: opacity(),
      })
    },
    fillRect(x, y, width, height) {
      if (!(width > 0 && height > 0)) return
      const place = { x: round(x), y: round(y), width: round(width), height: round(height) }
      shape('rect', { ...place, fill: inked(pen.fillStyle), opacity: opacity() })
    },
    fillText(text, x, y) {
      const [, style, weight, size, own] = FONT.exec(pen.font) ?? []
      enter()
      const attributes = {
        x: round(x),
        y: round(y),
        fill: inked(pen.fillStyle),
        'font-size': size,
        'font-weight': weight === '400' || weight === 'normal' ? undefined : weight,
        'font-style': style === 'normal' ? undefined : style,
        'font-family': own === family ? undefined : own,
        // It was cut for this room, and the font may be another where it is read.
        textLength: round(measure(text, pen.font).width),
        lengthAdjust: 'spacingAndGlyphs',
        opacity: opacity(),
        transform: transformOf(matrix),
      }
      body.push(element('text', attributes, text))
    },
    measureText: text => measure(text, pen.font),
    setLineDash(lengths) {
      dash = [...lengths]
    },
    tile(name, size, draw) {
      if (!tiles.has(name)) {
        tiles.add(name)
        const own = createSvgPen({ measure, family, colour })
        draw(own, size)
        definitions.push(
          `<pattern id="tile-${name}" width="${size}" height="${size}" patternUnits="userSpaceOnUse">${own.markup()}</pattern>`,
        )
      }
      return `url(#tile-${name})`
    },
    add(markup) {
      enter()
      body.push(markup)
    },
    markup() {
      const defs = definitions.length > 0 ? `<defs>${definitions.join('')}</defs>` : ''
      return `${defs}${body.join('')}${open > 0 ? '</g>' : ''}`
    },
  }
  return pen
}

const SAVED = [
  'fillStyle',
  'strokeStyle',
  'lineWidth',
  'lineCap',
  'lineJoin',
  'globalAlpha',
  'font',
  'textBaseline',
] as const

const FONT = /^(?:(normal|italic|oblique) )?(?:(\d+|normal|bold) )?([\d.]+px) (.+)$/

/** A rectangle with round corners, as the data of a path. */
export function roundRectData(
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): string {
  const r = Math.max(0, Math.min(radius, width / 2, height / 2))
  if (r === 0) return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`
  const corner = (dx: number, dy: number) =>
    `a${round(r)} ${round(r)} 0 0 1 ${round(dx)} ${round(dy)}`
  return [
    `M${round(x + r)} ${round(y)}h${round(width - 2 * r)}${corner(r, r)}`,
    `v${round(height - 2 * r)}${corner(-r, r)}`,
    `h${round(2 * r - width)}${corner(-r, -r)}`,
    `v${round(2 * r - height)}${corner(r, -r)}z`,
  ].join('')
}

export function circleData(x: number, y: number, radius: number): string {
  const half = (dx: number) => `a${round(radius)} ${round(radius)} 0 1 1 ${round(dx)} 0`
  return `M${round(x - radius)} ${round(y)}${half(2 * radius)}${half(-2 * radius)}z`
}

/** An element of SVG or HTML. What is undefined is left out, and everything is escaped. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  text?: string,
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeMarkup(String(value))}"`)
    .join('')
  return text === undefined
    ? `<${name}${written}/>`
    : `<${name}${written}>${escapeMarkup(text)}</${name}>`
}

/** An element around markup that is escaped already. */
export function wrapped(
  name: string,
  attributes: Parameters<typeof element>[1],
  markup: string,
): string {
  return `${element(name, attributes).slice(0, -2)}>${markup}</${name}>`
}

/** A text that stands for itself in SVG and HTML, whatever is written in it. */
export function escapeMarkup(text: string): string {
  return (
    text
      // Characters that no XML may hold, escaped or not.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .toWellFormed()
      .replace(/[&<>"']/g, sign => ESCAPES[sign]!)
  )
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function times([a, b, c, d, e, f]: Matrix, [p, q, r, s, t, u]: Matrix): Matrix {
  return [
    a * p + c * q,
    b * p + d * q,
    a * r + c * s,
    b * r + d * s,
    a * t + c * u + e,
    b * t + d * u + f,
  ]
}

function transformOf(matrix: Matrix): string | undefined {
  const isPlain = matrix.every((value, i) => value === PLAIN[i])
  return isPlain ? undefined : `matrix(${matrix.map(value => Number(value.toFixed(4))).join(' ')})`
}

function round(value: number): number {
  return Number(value.toFixed(2))
}
