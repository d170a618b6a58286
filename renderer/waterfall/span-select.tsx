import { type RefObject, useEffect, useRef, useState } from 'react'
import { useCell } from '../store/cell.ts'
import type { Model } from './model.ts'
import { picked, sumUp } from './span.ts'
import { SpanSummary } from './span-summary.tsx'
import { swallowClick } from './swallow-click.ts'
import type { BoardView } from './use-view.ts'

/** A press that moves less picks nothing. */
const LEAST_PX = 6

/** A drag with Shift picks a span of time, which is summed up. */
export function SpanSelect({
  body,
  view,
  model,
}: {
  body: RefObject<HTMLElement | null>
  view: BoardView
  model: Model
}) {
  const latest = useRef({ view, model })
  latest.current = { view, model }
  const [dragged, setDragged] = useState<{ top: number; height: number } | null>(null)
  const span = useCell(picked)

  useEffect(() => {
    const element = body.current!
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0 || !event.shiftKey) return
      // What is under the pointer is not picked, and no text is.
      event.preventDefault()
      event.stopPropagation()
      const { top, bottom } = element.getBoundingClientRect()
      const above = top - element.parentElement!.parentElement!.getBoundingClientRect().top
      const from = event.clientY - top
      let to = from
      const onMove = (move: PointerEvent) => {
        to = Math.min(bottom, Math.max(top, move.clientY)) - top
        setDragged({ top: above + Math.min(from, to), height: Math.abs(to - from) })
      }
      const onUp = () => {
        window.removeEventListener('pointermove', onMove)
        setDragged(null)
        if (Math.abs(to - from) < LEAST_PX) return
        const { view, model } = latest.current
        sumUp(model.axis, view.top() + from, view.top() + to)
        swallowClick()
      }
      window.addEventListener('pointermove', onMove)
      window.addEventListener('pointerup', onUp, { once: true })
    }
    element.addEventListener('pointerdown', onDown, { capture: true })
    return () => {
      element.removeEventListener('pointerdown', onDown, { capture: true })
      picked.write(null)
    }
  }, [body])

  return (
    <>
      {dragged && <div className="span-drag" style={dragged} />}
      {span && <SpanSummary span={span} onClose={() => picked.write(null)} />}
    </>
  )
}
