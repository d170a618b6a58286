import { useEffect, useRef, useState } from 'react'
import { FullHead } from './column-head.tsx'
import type { Column } from './model.ts'

const PEEK_PX = 270
/** A pointer that only passes by is not in want of it. */
const PAUSE_MS = 250

/** The whole head of the column whose short one the pointer or the focus is on. */
export function HeadPeek({ columns }: { columns: readonly Column[] }) {
  const [at, setAt] = useState<{ key: string; left: number; top: number } | null>(null)
  const place = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const board = place.current!.parentElement!
    let timer = 0
    let shown: string | null = null
    const showOf = (head: HTMLElement | null) => {
      shown = head?.dataset.column ?? null
      if (!head) return setAt(null)
      const [own, all] = [head.getBoundingClientRect(), board.getBoundingClientRect()]
      const left = Math.min(own.left - all.left, all.width - PEEK_PX - 8)
      setAt({ key: shown!, left: Math.max(4, left), top: own.bottom - all.top })
    }
    const show = (event: Event) => {
      const head = (event.target as Element).closest<HTMLElement>('.head:not(.folded)')
      const short = head && isShort(head) ? head : null
      clearTimeout(timer)
      if (!short || shown !== null || event.type === 'focusin') showOf(short)
      else timer = window.setTimeout(() => showOf(short), PAUSE_MS)
    }
    const hide = () => {
      clearTimeout(timer)
      showOf(null)
    }
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide()
    board.addEventListener('pointerover', show)
    board.addEventListener('focusin', show)
    for (const over of ['pointerleave', 'pointerdown', 'focusout', 'contextmenu'])
      board.addEventListener(over, hide)
    board.addEventListener('keydown', onKey)
    return () => {
      clearTimeout(timer)
      board.removeEventListener('pointerover', show)
      board.removeEventListener('focusin', show)
      for (const over of ['pointerleave', 'pointerdown', 'focusout', 'contextmenu'])
        board.removeEventListener(over, hide)
      board.removeEventListener('keydown', onKey)
    }
  }, [])

  const column = at && columns.find(one => one.plan.key === at.key)
  return (
    <div ref={place} className="head-peek-place">
      {column && (
        <div className="head-peek" style={{ left: at.left, top: at.top, width: PEEK_PX }}>
          <FullHead column={column} whole />
        </div>
      )}
    </div>
  )
}

/** Whether there is more to say than is seen. */
function isShort(head: HTMLElement): boolean {
  const texts = [...head.querySelectorAll('.cut')]
  return (
    head.classList.contains('upright') ||
    head.querySelector('[data-more]') !== null ||
    texts.some(text => text.scrollWidth > text.clientWidth)
  )
}
