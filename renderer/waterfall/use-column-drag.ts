import { type RefObject, useEffect, useRef, useState } from 'react'
import { columnsPx } from './board-place.ts'
import { placeColumn, shiftColumn } from './column-actions.ts'
import type { Column, Model } from './model.ts'
import { swallowClick } from './swallow-click.ts'

/** A press that moves less is a click. */
const DRAG_PX = 5

/**
 * Heads are dragged to another place, or moved by Shift and an arrow.
 * Returns where the dragged one would stand, in px of the columns; `null` while none is dragged.
 */
export function useColumnDrag(
  scroller: RefObject<HTMLElement | null>,
  model: Model,
): number | null {
  const [mark, setMark] = useState<number | null>(null)
  const latest = useRef(model)
  latest.current = model

  useEffect(() => {
    const board = scroller.current!
    const onDown = (event: PointerEvent) => {
      const head = headAt(event.target)
      if (!head || event.button !== 0 || event.pointerType === 'touch') return
      const key = head.dataset.column!
      let before: Column | undefined
      let dragging = false
      const onMove = (move: PointerEvent) => {
        if (!dragging && Math.abs(move.clientX - event.clientX) < DRAG_PX) return
        dragging = true
        const { columns, width, staysPx } = latest.current
        const x = columnsPx(latest.current, board, move.clientX)
        before = columns.find(column => x < column.x + column.width / 2)
        const back = before && before.x < staysPx ? board.scrollLeft : 0
        setMark((before?.x ?? width) + back)
      }
      const end = () => {
        window.removeEventListener('pointermove', onMove)
        window.removeEventListener('pointerup', onUp)
        window.removeEventListener('pointercancel', end)
        window.removeEventListener('keydown', onKey, true)
        setMark(null)
      }
      const onUp = () => {
        end()
        if (!dragging) return
        swallowClick()
        placeColumn(key, before?.plan ?? null)
      }
      const onKey = (pressed: KeyboardEvent) => {
        if (pressed.key !== 'Escape') return
        pressed.stopPropagation()
        end()
      }
      window.addEventListener('pointermove', onMove)
      window.addEventListener('pointerup', onUp)
      window.addEventListener('pointercancel', end)
      window.addEventListener('keydown', onKey, true)
    }
    const onKey = (event: KeyboardEvent) => {
      const head = headAt(event.target)
      const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
      if (!head || !event.shiftKey || by === 0) return
      event.preventDefault()
      const key = head.dataset.column!
      shiftColumn(key, by)
      // The page may have taken the focus away from what it has moved.
      requestAnimationFrame(() => {
        const moved = board.querySelector<HTMLElement>(`[data-column="${CSS.escape(key)}"]`)
        const link = moved?.matches('a') ? moved : moved?.querySelector('a')
        link?.focus()
      })
    }
    const onDragStart = (event: Event) => headAt(event.target) && event.preventDefault()
    board.addEventListener('pointerdown', onDown)
    board.addEventListener('keydown', onKey)
    board.addEventListener('dragstart', onDragStart)
    return () => {
      board.removeEventListener('pointerdown', onDown)
      board.removeEventListener('keydown', onKey)
      board.removeEventListener('dragstart', onDragStart)
    }
  }, [scroller])
  return mark
}

function headAt(target: EventTarget | null): HTMLElement | null {
  const head = (target as Element).closest<HTMLElement>('.head[data-column]')
  return head?.classList.contains('folded') ? null : head
}
