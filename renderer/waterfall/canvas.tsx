import { type RefObject, useEffect, useState } from 'react'
import { type Palette, readPalette } from './palette.ts'

/** The tokens of the theme that is shown, read again when it changes. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(() => readPalette(devicePixelRatio))
  useEffect(() => {
    const read = () => setPalette(readPalette(devicePixelRatio))
    const observer = new MutationObserver(read)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    density.addEventListener('change', read)
    return () => {
      observer.disconnect()
      density.removeEventListener('change', read)
    }
  }, [])
  return palette
}

/** The canvas at the size of the view, a pixel of it for each of the screen's. */
export function contextOf(
  ref: RefObject<HTMLCanvasElement | null>,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const canvas = ref.current
  const ctx = canvas?.getContext('2d', { alpha: false })
  if (!canvas || !ctx) return null
  const ratio = devicePixelRatio
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
  return ctx
}
