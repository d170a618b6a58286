import { type RefObject, useEffect } from 'react'
import { createCell, useCell } from '../store/cell.ts'
import type { Pen } from '../ui/pen.ts'
import { type Palette, readPalette } from './palette.ts'

// Patterns are dear to make: all canvases share them.
const palette = createCell<Palette | null>(null)

/** The tokens of the theme that is shown, read again when it changes. */
export function usePalette(): Palette {
  useEffect(() => {
    const read = () => palette.write(readPalette(devicePixelRatio))
    const observer = new MutationObserver(read)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    density.addEventListener('change', read)
    return () => {
      observer.disconnect()
      density.removeEventListener('change', read)
      // It may be another theme by the time that somebody paints again.
      palette.write(null)
    }
  }, [])
  return useCell(palette) ?? firstPalette()
}

function firstPalette(): Palette {
  const read = readPalette(devicePixelRatio)
  palette.write(read)
  return read
}

/** Paints something with the means of a palette. */
export type Painting = (pen: Pen, palette: Palette) => void

const paintings = new WeakMap<HTMLCanvasElement, Painting>()

/** Paints on the canvas, which has the size of the view: a pixel of it for each of the screen's. */
export function paintOn(
  ref: RefObject<HTMLCanvasElement | null>,
  { width, height, palette }: { width: number; height: number; palette: Palette },
  painting: Painting,
): void {
  const canvas = ref.current
  const ctx = canvas?.getContext('2d', { alpha: false })
  if (!canvas || !ctx) return
  const ratio = devicePixelRatio
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
  painting(ctx, palette)
  paintings.set(canvas, painting)
}

/** What a canvas shows, to be painted with another pen. */
export function paintingOf(canvas: HTMLCanvasElement): Painting | undefined {
  return paintings.get(canvas)
}
