import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { readPreferences } from '../store/preferences.ts'
import { FUTURE_PX } from './future.ts'
import type { Model } from './model.ts'
import { goToNow, readPosition, setPosition } from './position.ts'
import type { BoardView } from './use-view.ts'
import { zoomBy } from './zoom.ts'

const LINE_PX = 16
const ZOOM_PER_PX = 1.004
/** A press that moves less is a click. */
const DRAG_PX = 4

/** Wheel and drag go through time; with Ctrl, or two fingers apart, the wheel zooms at the pointer. */
export function useScrolling(
  body: RefObject<HTMLElement | null>,
  view: BoardView,
  model: Model,
): void {
  const latest = useRef({ view, model })
  latest.current = { view, model }

  useLayoutEffect(() => {
    const element = body.current!
    // A pinch tells many steps within one frame.
    let planned = 0
    let y = 0
    let factor = 1
    const zoom = () => {
      zoomAt(y, factor)
      planned = 0
      factor = 1
    }
    const onWheel = (event: WheelEvent) => {
      const px = event.deltaY * (event.deltaMode === 1 ? LINE_PX : 1)
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault()
        y = event.clientY - element.getBoundingClientRect().top
        factor *= ZOOM_PER_PX ** -px
        planned ||= requestAnimationFrame(zoom)
        return
      }
      // Sideways is the scroller's own.
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return
      event.preventDefault()
      latest.current.view.scrollBy(px)
    }
    const zoomAt = (y: number, factor: number) => {
      const { view, model } = latest.current
      const top = view.top()
      // At now the now line stays where it is, but years are zoomed into where they are pointed at.
      const left = readPosition()?.left ?? (model.daily && top + y > 0 ? Date.now() : undefined)
      if (left !== undefined) {
        const moment = model.axis.moment(Math.max(0, top + y))
        setPosition({ moment, offset: top + y < 0 ? top : -y, left })
      }
      zoomBy(factor)
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      cancelAnimationFrame(planned)
      element.removeEventListener('wheel', onWheel)
    }
  }, [body])

  useEffect(() => {
    const element = body.current!
    const onDown = (event: PointerEvent) => {
      // With Shift a span of time is picked.
      if (event.shiftKey) return
      if (event.button !== 0 || (event.target as Element).closest('button, .fold span')) return
      let { clientX, clientY } = event
      let moved = 0
      const onMove = (move: PointerEvent) => {
        const [x, y] = [move.clientX - clientX, move.clientY - clientY]
        moved += Math.abs(x) + Math.abs(y)
        if (moved < DRAG_PX) return
        clientX = move.clientX
        clientY = move.clientY
        element.parentElement!.scrollLeft -= x
        latest.current.view.scrollBy(-y)
      }
      const onUp = () => {
        window.removeEventListener('pointermove', onMove)
        window.removeEventListener('pointerup', onUp)
      }
      window.addEventListener('pointermove', onMove)
      window.addEventListener('pointerup', onUp)
    }
    element.addEventListener('pointerdown', onDown)
    return () => element.removeEventListener('pointerdown', onDown)
  }, [body])

  // Another zoom can leave the view above now or below the beginning.
  const { zoom } = readPreferences()
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the zoom that moves the view
  useEffect(() => {
    const at = readPosition()
    if (!at) return
    const top = latest.current.view.top()
    if (top <= -FUTURE_PX) goToNow()
    else latest.current.view.scrollTo(top)
  }, [zoom])
}
