import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Build, BuildId } from '../bridge.ts'
import { GUTTER_PX } from './gutter-sizes.ts'
import type { Model } from './model.ts'
import { boxAt, type Place } from './nearest-boxes.ts'
import type { BoardView } from './use-view.ts'

/** A press that moves less is a click. */
const CLICK_PX = 4

/**
 * Around which place boxes are in the page when they can't all be there: where the pointer, the focus or
 * the build that is picked went last.
 */
export function useTwinPlace(
  body: RefObject<HTMLElement | null>,
  model: Model,
  view: BoardView,
  selected: BuildId | null,
  onSelect: (build: Build, comparing: boolean, column: string) => void,
): Place {
  const [place, setPlace] = useState<Place>({ x: 0, y: 0 })
  const latest = useRef({ model, view, onSelect })
  latest.current = { model, view, onSelect }

  useEffect(() => {
    const element = body.current!
    let pressed = { x: 0, y: 0 }
    // Where something is drawn that is not in the page yet.
    const unreached = (event: MouseEvent) => {
      if ((event.target as Element).closest('.box')) return undefined
      const { model, view } = latest.current
      const scroller = element.parentElement!
      const sight = scroller.getBoundingClientRect()
      const inSight = event.clientX - sight.left - GUTTER_PX
      if (inSight < 0) return undefined
      const x = inSight < model.staysPx ? inSight : inSight + scroller.scrollLeft
      const at = { x, y: view.top() + event.clientY - element.getBoundingClientRect().top }
      const found = boxAt(model.columns, at)
      return found && { at, ...found }
    }
    const onMove = (event: PointerEvent) => {
      const found = event.buttons === 0 && unreached(event)
      if (found) setPlace(found.at)
    }
    const onDown = (event: PointerEvent) => {
      pressed = { x: event.clientX, y: event.clientY }
    }
    // A finger does not point before it presses.
    const onClick = (event: MouseEvent) => {
      if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > CLICK_PX) return
      const found = unreached(event)
      if (!found) return
      const { box, column } = found
      latest.current.onSelect(box.build, event.ctrlKey || event.metaKey, column.plan.key)
    }
    const onFocus = ({ target }: FocusEvent) => {
      const box = (target as Element).closest<HTMLElement>('.box')
      const found = box && placeOf(latest.current.model, Number(box.dataset.build) as BuildId)
      if (found) setPlace(found)
    }
    element.addEventListener('pointermove', onMove)
    element.addEventListener('pointerdown', onDown)
    element.addEventListener('click', onClick)
    element.addEventListener('focusin', onFocus)
    return () => {
      element.removeEventListener('pointermove', onMove)
      element.removeEventListener('pointerdown', onDown)
      element.removeEventListener('click', onClick)
      element.removeEventListener('focusin', onFocus)
    }
  }, [body])

  useEffect(() => {
    const found = selected !== null && placeOf(latest.current.model, selected)
    if (found) setPlace(found)
  }, [selected])
  return place
}

function placeOf({ columns }: Model, id: BuildId): Place | undefined {
  for (const { x, width, boxes } of columns) {
    const box = boxes.of(id)
    if (box) return { x: x + width / 2, y: box.top + box.height / 2 }
  }
  return undefined
}
