import { type RefObject, useEffect, useLayoutEffect, useReducer, useRef } from 'react'
import { extendDown, extendUp } from '../store/timeline.ts'
import { ticksOf } from './axis.ts'
import { paintOn } from './canvas.tsx'
import { FUTURE_PX } from './future.ts'
import type { Model } from './model.ts'
import { paint, type Scene } from './paint.ts'
import type { Palette } from './palette.ts'
import { positionAt, topOf } from './place.ts'
import { goToNow, readPosition, setPosition, subscribePosition } from './position.ts'
import { show } from './shown.ts'

/** So much around what is in sight is in the page, to be there when it comes into sight. */
const MARGIN_PX = 240
/** Having moved so far, what is in the page is another. */
const REFRESH_PX = 110
/** History is fetched while its end is this far from being seen. */
const AHEAD_PX = 2400
const FOOT_PX = 160

export interface Stage {
  readonly model: Model
  readonly palette: Palette
  readonly live: boolean
  readonly now: number
  readonly gutter: number
  readonly tintOf: Scene['tintOf']
  readonly width: number
  readonly height: number
}

export interface BoardView {
  /** The top of what is in the page, in px of the axis. */
  readonly from: number
  readonly to: number
  readonly scrollBy: (px: number) => void
  readonly scrollTo: (top: number) => void
  readonly top: () => number
}

/**
 * Keeps the picture at the position: each frame paints the canvas and shifts the
 * page's layer; React is asked only when something else has to be in the page.
 */
export function useView(
  stage: Stage,
  refs: {
    readonly canvas: RefObject<HTMLCanvasElement | null>
    readonly layer: RefObject<HTMLElement | null>
    readonly scroller: RefObject<HTMLElement | null>
  },
): BoardView {
  const [, refresh] = useReducer((n: number) => n + 1, 0)
  const latest = useRef(stage)
  latest.current = stage
  const planned = useRef(0)
  const topNow = () => topOf(latest.current.model.axis, readPosition())
  const from = Math.floor(topNow()) - MARGIN_PX
  const rendered = useRef(from)
  rendered.current = from

  const painted = useRef<readonly unknown[]>([])
  const draw = () => {
    planned.current = 0
    const { model, palette, live, now, gutter, width, height, tintOf } = latest.current
    if (width === 0) return
    const top = topNow()
    if (refs.layer.current)
      refs.layer.current.style.transform = `translateY(${rendered.current - top}px)`
    const left = refs.scroller.current?.scrollLeft ?? 0
    // What stays at the left is moved back by as much as all is scrolled.
    if (model.staysPx > 0) refs.scroller.current?.style.setProperty('--left', `${left}px`)
    // A step of the wheel has it drawn, and once more when React has put the next boxes into the page.
    const drawn = [model, live, tintOf, top, height, left, width, now, palette]
    if (drawn.some((part, i) => part !== painted.current[i])) {
      painted.current = drawn
      const ticks = ticksOf(model.axis, now, Math.max(0, top), top + height)
      const scene = { model, live, tintOf, top, height, left, width: width - gutter, ticks }
      show({ ...scene, now })
      paintOn(refs.canvas, { ...scene, palette }, (pen, own) =>
        paint(pen, { ...scene, palette: own }),
      )
    }
    if (!model.daily && top + height > model.axis.height - AHEAD_PX) extendDown()
    if (!live && top < AHEAD_PX) extendUp()
    if (Math.abs(top - MARGIN_PX - rendered.current) > REFRESH_PX) refresh()
  }
  const drawLatest = useRef(draw)
  drawLatest.current = draw

  // What React has put into the page and the canvas show the same moment.
  useLayoutEffect(() => drawLatest.current())
  useEffect(() => {
    const plan = () => {
      planned.current ||= requestAnimationFrame(() => drawLatest.current())
    }
    const scroller = refs.scroller.current
    const stop = subscribePosition(plan)
    scroller?.addEventListener('scroll', plan, { passive: true })
    return () => {
      stop()
      scroller?.removeEventListener('scroll', plan)
      cancelAnimationFrame(planned.current)
      planned.current = 0
      painted.current = []
      show(null)
    }
  }, [refs.scroller])

  const scrollTo = (wanted: number) => {
    const { model, now, live, height } = latest.current
    const least = live ? -FUTURE_PX : 0
    const most = Math.max(least, model.axis.height + FOOT_PX - height)
    const top = Math.min(most, Math.max(least, wanted))
    if (live && top <= -FUTURE_PX) goToNow()
    else setPosition(positionAt(model.axis, top, readPosition()?.left ?? now))
  }
  return {
    from,
    to: from + stage.height + 2 * MARGIN_PX,
    scrollTo,
    scrollBy: px => scrollTo(topNow() + px),
    top: topNow,
  }
}
