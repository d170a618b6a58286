import { type Look, OUTLINES } from '../ui/look.ts'
import type { Ground, Medium, Path, Pen } from '../ui/pen.ts'
import { TINTS } from './tint.ts'

/** What a picture is painted with: the tokens of the theme, patterns made of them, and signs. */
export interface Palette {
  readonly font: string
  readonly future: string
  readonly canvas: string
  readonly lineFaint: string
  readonly line: string
  readonly accent: string
  readonly asleep: Ground
  readonly failureEdge: string
  /** For what is no result: slaves, branches, how long it took. */
  readonly tints: readonly Pick<Colours, 'fill' | 'band' | 'ink' | 'solid'>[]
  readonly looks: Readonly<Record<string, Colours>>
  /** The signs of what is neither good nor bad. */
  readonly signs: Readonly<Partial<Record<Look, Path>>>
  readonly dots: Ground
  readonly hatch: Ground
  /** Thin strokes, for what was begun and will be built again. */
  readonly strokes: Ground
  readonly crossHatch: Ground
}

export interface Colours {
  readonly edge: string
  readonly fill: string
  readonly band: string
  readonly ink: string
  readonly solid: string
  readonly on: string
}

/** What the theme that is shown has for the window's canvases. Made anew when it or the density of the screen changes. */
export function readPalette(ratio: number): Palette {
  return makePalette({
    ...shownTheme(),
    tile: (_, size, draw) => pattern(ratio, size, draw),
    path: data => new Path2D(data),
  })
}

/** The tokens of the theme that is shown. */
export function shownTheme(): Pick<Medium, 'token' | 'font'> {
  const style = getComputedStyle(document.documentElement)
  return {
    token: name => style.getPropertyValue(`--${name}`).trim(),
    font: getComputedStyle(document.body).fontFamily,
  }
}

export function makePalette({ token, font, tile, path }: Medium): Palette {
  const coloursOf = (look: Look): Colours => ({
    edge: token(`${look}-edge`),
    fill: token(`${look}-fill`),
    band: token(`${look}-band`),
    ink: token(`${look}-ink`),
    solid: token(`${look}-solid`),
    on: token(`${look}-on`),
  })
  const neutral: Colours = {
    edge: token('neutral-edge'),
    fill: token('neutral-fill'),
    band: 'transparent',
    ink: token('neutral-ink'),
    solid: token('neutral-edge'),
    on: token('neutral-ink'),
  }
  const success = coloursOf('success')
  const warnings = coloursOf('warnings')
  const failure = coloursOf('failure')
  const exception = coloursOf('exception')
  return {
    font,
    future: token('future'),
    canvas: token('canvas'),
    lineFaint: token('line-faint'),
    line: token('line-strong'),
    accent: token('accent'),
    tints: Array.from({ length: TINTS }, (_, i) => {
      const solid = token(`series-${i + 1}`)
      const mixed = (share: number) => `color-mix(in srgb, ${solid} ${share}%, ${token('canvas')})`
      return { solid, fill: mixed(26), band: mixed(36), ink: token('text') }
    }),
    asleep: tile('asleep', 9, (ctx, size) => {
      diagonals(ctx, size, token('line-strong'), 1)
    }),
    failureEdge: failure.edge,
    looks: {
      success,
      warnings: { ...warnings, solid: warnings.edge },
      failure,
      exception,
      running: {
        edge: token('running-edge'),
        fill: token('running-fill'),
        band: token('running-band'),
        ink: token('running-ink'),
        solid: token('running-mark'),
        on: token('running-ink'),
      },
      neutral,
    },
    signs: {
      skipped: path(OUTLINES.skipped),
      cancelled: path(OUTLINES.cancelled),
      retry: path(OUTLINES.retry),
      unknown: path(OUTLINES.unknown),
    },
    dots: tile('dots', 5, (ctx, size) => {
      ctx.fillStyle = warnings.band
      ctx.fillRect(0, 0, size, size)
      ctx.globalAlpha = 0.55
      ctx.fillStyle = warnings.edge
      ctx.beginPath()
      ctx.arc(2, 2, 0.9, 0, 7)
      ctx.fill()
    }),
    hatch: tile('hatch', 8, (ctx, size) => {
      ctx.fillStyle = failure.solid
      ctx.fillRect(0, 0, size, size)
      diagonals(ctx, size, token('failure-hatch'), 1.8)
    }),
    strokes: tile('strokes', 8, (ctx, size) => {
      ctx.fillStyle = neutral.fill
      ctx.fillRect(0, 0, size, size)
      ctx.globalAlpha = 0.5
      diagonals(ctx, size, neutral.edge, 1)
    }),
    crossHatch: tile('cross-hatch', 7, (ctx, size) => {
      ctx.fillStyle = exception.solid
      ctx.fillRect(0, 0, size, size)
      diagonals(ctx, size, token('exception-hatch'), 1)
      ctx.translate(size, 0)
      ctx.scale(-1, 1)
      diagonals(ctx, size, token('exception-hatch'), 1)
    }),
  }
}

/** Results of a kind that only has an outline share their colours. */
export function coloursOf(palette: Palette, look: Look): Colours {
  return palette.looks[look] ?? palette.looks.neutral!
}

function diagonals(ctx: Pen, size: number, colour: string, width: number) {
  ctx.strokeStyle = colour
  ctx.lineWidth = width
  ctx.beginPath()
  // Three, so that the corners of neighbours meet.
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift - 1, size + 1)
    ctx.lineTo(shift + size + 1, -1)
  }
  ctx.stroke()
}

function pattern(
  ratio: number,
  size: number,
  draw: (ctx: Pen, size: number) => void,
): CanvasPattern {
  const tile = document.createElement('canvas')
  tile.width = tile.height = Math.round(size * ratio)
  const ctx = tile.getContext('2d')!
  ctx.scale(tile.width / size, tile.height / size)
  draw(ctx, size)
  const made = ctx.createPattern(tile, 'repeat')!
  made.setTransform(new DOMMatrix().scale(size / tile.width))
  return made
}
