import { type RefObject, useEffect, useRef, useState } from 'react'
import { prefer } from '../store/preferences.ts'
import { day } from '../ui/format.ts'
import { hearClicks, type Place, placeAt } from './board-place.ts'
import { dayWords } from './day-words.ts'
import type { DayCell } from './days.ts'
import type { Column, Model } from './model.ts'
import { goToMoment } from './position.ts'

const PEEK_PX = 230

/** The day of a column at a place of the board. */
export function dayAt(
  model: Pick<Model, 'axis' | 'columns'>,
  { x, y }: Place,
): { readonly column: Column; readonly cell: DayCell } | null {
  const column = model.columns.find(one => x >= one.x && x < one.x + one.width)
  if (!column || y < 0) return null
  const moment = model.axis.moment(y)
  const cell = column.days.find(one => one.from <= moment && moment < one.to)
  return cell ? { column, cell } : null
}

/** Says what is known of the day under the pointer; a click goes into it. */
export function DayPeek({
  body,
  model,
  top,
  now,
}: {
  body: RefObject<HTMLElement | null>
  model: Model
  top: () => number
  now: number
}) {
  const latest = useRef({ model, top, now })
  latest.current = { model, top, now }
  const [at, setAt] = useState<{ x: number; y: number; column: Column; cell: DayCell } | null>(null)
  useEffect(() => {
    const element = body.current!
    const find = (event: MouseEvent) => {
      const { model, top } = latest.current
      const place = placeAt(model, element, top(), event)
      return place && dayAt(model, place)
    }
    const onMove = (event: PointerEvent) => {
      const found = find(event)
      const all = element.parentElement!.getBoundingClientRect()
      const x = Math.min(event.clientX - all.left + 14, all.width - PEEK_PX)
      setAt(found && { ...found, x, y: event.clientY - all.top + 14 })
    }
    const onLeave = () => setAt(null)
    const deafen = hearClicks(element, event => {
      const found = find(event)
      if (!found) return
      const { now } = latest.current
      // Its builds are there before they are drawn.
      void goToMoment(Math.min(found.cell.to, now - 1), now)
        .then(() => prefer({ zoom: 1 }))
        .catch(() => {})
    })
    element.addEventListener('pointermove', onMove)
    element.addEventListener('pointerleave', onLeave)
    return () => {
      deafen()
      element.removeEventListener('pointermove', onMove)
      element.removeEventListener('pointerleave', onLeave)
    }
  }, [body])
  if (!at) return null
  return (
    <div className="day-peek" style={{ left: at.x, top: at.y, width: PEEK_PX }}>
      <b>{at.column.plan.name}</b> {day(at.cell.from)}
      <br />
      {dayWords(at.cell)}
    </div>
  )
}
