import { type RefObject, useEffect, useRef, useState } from 'react'
import { prefer } from '../store/preferences.ts'
import { day } from '../ui/format.ts'
import { dayWords } from './day-words.ts'
import type { DayCell } from './days.ts'
import { GUTTER_PX } from './gutter-sizes.ts'
import type { Column, Model } from './model.ts'
import { goToMoment } from './position.ts'

/** A press that moves less is a click. */
const CLICK_PX = 4
const PEEK_PX = 230

/** The day of a column at a place of the board. */
export function dayAt(
  model: Pick<Model, 'axis' | 'columns'>,
  x: number,
  y: number,
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
    let pressed = { x: 0, y: 0 }
    const find = (event: MouseEvent) => {
      const { left, top: above } = element.getBoundingClientRect()
      const { model, top } = latest.current
      const sight = element.parentElement!.getBoundingClientRect()
      // Over the times there is no column.
      if (event.clientX < sight.left + GUTTER_PX) return null
      const y = event.clientY - above
      return dayAt(model, event.clientX - left - GUTTER_PX, top() + y)
    }
    const onMove = (event: PointerEvent) => {
      const found = find(event)
      const all = element.parentElement!.getBoundingClientRect()
      const x = Math.min(event.clientX - all.left + 14, all.width - PEEK_PX)
      setAt(found && { ...found, x, y: event.clientY - all.top + 14 })
    }
    const onLeave = () => setAt(null)
    const onDown = (event: PointerEvent) => {
      pressed = { x: event.clientX, y: event.clientY }
    }
    const onClick = (event: MouseEvent) => {
      if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK_PX) return
      const found = find(event)
      if (!found) return
      const { now } = latest.current
      // Its builds are there before they are drawn.
      void goToMoment(Math.min(found.cell.to, now - 1), now)
        .then(() => prefer({ zoom: 1 }))
        .catch(() => {})
    }
    element.addEventListener('pointermove', onMove)
    element.addEventListener('pointerleave', onLeave)
    element.addEventListener('pointerdown', onDown)
    element.addEventListener('click', onClick)
    return () => {
      element.removeEventListener('pointermove', onMove)
      element.removeEventListener('pointerleave', onLeave)
      element.removeEventListener('pointerdown', onDown)
      element.removeEventListener('click', onClick)
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
