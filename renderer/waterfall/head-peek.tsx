import { useEffect, useRef, useState } from 'react'
import { FullHead } from './column-head.tsx'
import type { Column } from './model.ts'

const PEEK_PX = 220

/** The whole head of the narrow column that the pointer or the focus is on. */
export function HeadPeek({ columns }: { columns: readonly Column[] }) {
  const [at, setAt] = useState<{ key: string; left: number; top: number } | null>(null)
  const place = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const board = place.current!.parentElement!
    const show = (event: Event) => {
      const head = (event.target as Element).closest<HTMLElement>('.head.upright')
      if (!head) return setAt(null)
      const [own, all] = [head.getBoundingClientRect(), board.getBoundingClientRect()]
      const left = Math.min(own.left - all.left, all.width - PEEK_PX - 8)
      setAt({ key: head.dataset.column!, left: Math.max(4, left), top: own.bottom - all.top })
    }
    const hide = () => setAt(null)
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide()
    board.addEventListener('pointerover', show)
    board.addEventListener('focusin', show)
    board.addEventListener('pointerleave', hide)
    board.addEventListener('focusout', hide)
    board.addEventListener('keydown', onKey)
    return () => {
      board.removeEventListener('pointerover', show)
      board.removeEventListener('focusin', show)
      board.removeEventListener('pointerleave', hide)
      board.removeEventListener('focusout', hide)
      board.removeEventListener('keydown', onKey)
    }
  }, [])

  const column = at && columns.find(one => one.plan.key === at.key)
  return (
    <div ref={place} className="head-peek-place">
      {column && (
        <div className="head-peek" style={{ left: at.left, top: at.top, width: PEEK_PX }}>
          <FullHead column={column} />
        </div>
      )}
    </div>
  )
}
