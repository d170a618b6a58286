import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Build, BuildId } from '../bridge.ts'
import { hearClicks, type Place, placeAt } from './board-place.ts'
import type { Model } from './model.ts'
import { boxAt } from './nearest-boxes.ts'
import type { BoardView } from './use-view.ts'

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
    // Where something is drawn that is not in the page yet.
    const unreached = (event: MouseEvent) => {
      if ((event.target as Element).closest('.box')) return undefined
      const { model, view } = latest.current
      const at = placeAt(model, element, view.top(), event)
      const found = at && boxAt(model.columns, at)
      return found && { at, ...found }
    }
    const onMove = (event: PointerEvent) => {
      const found = event.buttons === 0 && unreached(event)
      if (found) setPlace(found.at)
    }
    // A finger does not point before it presses.
    const deafen = hearClicks(element, event => {
      const found = unreached(event)
      if (!found) return
      const { box, column } = found
      latest.current.onSelect(box.build, event.ctrlKey || event.metaKey, column.plan.key)
    })
    const onFocus = ({ target }: FocusEvent) => {
      const box = (target as Element).closest<HTMLElement>('.box')
      const found = box && placeOf(latest.current.model, Number(box.dataset.build) as BuildId)
      if (found) setPlace(found)
    }
    element.addEventListener('pointermove', onMove)
    element.addEventListener('focusin', onFocus)
    return () => {
      deafen()
      element.removeEventListener('pointermove', onMove)
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
