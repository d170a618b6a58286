import { EXCEPTION, FAILURE, type Result, WARNINGS } from '../../master/results.ts'

/** A picture without a file: its pixels in the order that Electron's bitmaps have. */
export interface Bitmap {
  /** Blue, green, red, alpha, row by row; colours multiplied by alpha. */
  readonly pixels: Buffer
  readonly size: number
}

type Point = readonly [x: number, y: number]
type Shape = (point: Point) => boolean

const COLOURS: Readonly<Record<'good' | 'warnings' | 'bad' | 'broken' | 'none' | 'runs', Point3>> =
  {
    good: [0x12, 0x86, 0x78],
    warnings: [0xd9, 0x93, 0x0a],
    bad: [0xd1, 0x3a, 0x12],
    broken: [0x6d, 0x3f, 0xc9],
    none: [0x8a, 0x93, 0xa3],
    runs: [0xf2, 0xb4, 0x0c],
  }
type Point3 = readonly [number, number, number]

const SAMPLES = 4

/**
 * What the tray shows: a shape for each kind of result before its colour, and a
 * mark for work that runs. `mono` draws in black for a menu bar that colours it.
 */
export function drawIcon(worst: Result | null, runs: boolean, size: number, mono = false): Bitmap {
  const { shape, hole, colour } = lookOf(worst)
  const pixels = Buffer.alloc(size * size * 4)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const own = coverage(
        size,
        x,
        y,
        point => shape(point) && !hole(point) && !(runs && halo(point)),
      )
      const mark = runs ? coverage(size, x, y, dot) : 0
      const [r, g, b] = mono ? [0, 0, 0] : mark > 0 ? COLOURS.runs : COLOURS[colour]
      const alpha = Math.min(1, own + mark)
      pixels.set(
        [b, g, r, 255].map(value => Math.round(value * alpha)),
        (y * size + x) * 4,
      )
    }
  return { pixels, size }
}

/** The shape alone says which: circle, triangle, square with a cross, diamond, ring. */
function lookOf(worst: Result | null): { shape: Shape; hole: Shape; colour: keyof typeof COLOURS } {
  switch (worst) {
    case null:
      return { shape: circle(0.42), hole: circle(0.28), colour: 'none' }
    case WARNINGS:
      return { shape: triangle, hole: () => false, colour: 'warnings' }
    case FAILURE:
      return { shape: square, hole: cross, colour: 'bad' }
    case EXCEPTION:
      return { shape: diamond, hole: cross, colour: 'broken' }
    default:
      return { shape: circle(0.42), hole: () => false, colour: 'good' }
  }
}

// Points run from -0.5 to 0.5, with y downwards.
const circle =
  (radius: number): Shape =>
  ([x, y]) =>
    Math.hypot(x, y) <= radius
const triangle: Shape = ([x, y]) =>
  y <= 0.4 && y >= -0.42 && Math.abs(x) <= ((y + 0.42) / 0.82) * 0.46
const square: Shape = ([x, y]) => Math.max(Math.abs(x), Math.abs(y)) <= 0.4
const diamond: Shape = ([x, y]) => Math.abs(x) + Math.abs(y) <= 0.48
const cross: Shape = ([x, y]) =>
  Math.max(Math.abs(x), Math.abs(y)) <= 0.22 && (Math.abs(x - y) <= 0.09 || Math.abs(x + y) <= 0.09)
const dot: Shape = ([x, y]) => Math.hypot(x - 0.3, y - 0.3) <= 0.2
const halo: Shape = ([x, y]) => Math.hypot(x - 0.3, y - 0.3) <= 0.27

// How much of a pixel lies in a shape, so that edges are smooth.
function coverage(size: number, x: number, y: number, shape: Shape): number {
  let inside = 0
  for (let i = 0; i < SAMPLES; i++)
    for (let j = 0; j < SAMPLES; j++) {
      const at = (value: number, part: number) => (value + (part + 0.5) / SAMPLES) / size - 0.5
      if (shape([at(x, i), at(y, j)])) inside++
    }
  return inside / SAMPLES ** 2
}
