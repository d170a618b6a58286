import { ContextMenu } from '@base-ui/react/context-menu'
import { type ReactNode, useState } from 'react'
import type { BuildId } from '../bridge.ts'
import { useSelectedBuild } from '../store/selection.ts'
import { buildActions } from './build-actions.ts'
import { columnActions } from './column-actions.ts'
import type { Column } from './model.ts'

interface MenuItem {
  readonly label: string
  readonly key?: string
  run(): unknown
}

/** What a right click, or the menu key, offers for a build or for a column. */
export function BoardMenu({
  columns,
  children,
}: {
  columns: readonly Column[]
  children: ReactNode
}) {
  const [items, setItems] = useState<readonly MenuItem[]>([])
  const selected = useSelectedBuild()

  const itemsFor = (target: Element): readonly MenuItem[] => {
    const head = target.closest<HTMLElement>('[data-column]')
    const plan = head && columns.find(one => one.plan.key === head.dataset.column)?.plan
    if (plan) return columnActions(plan)
    const box = target.closest<HTMLElement>('[data-build]')
    // By keyboard it is the board that is asked, for the build that is picked.
    const id = box ? (Number(box.dataset.build) as BuildId) : selected
    if (!box && !target.matches('#waterfall-board')) return []
    if (id === null) return []
    const found = columns.values().map(column => column.boxes.of(id))
    const build = found.find(one => one !== undefined)?.build
    return build ? buildActions(build) : []
  }

  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger
        className="board"
        onContextMenu={event => {
          const found = itemsFor(event.target as Element)
          if (found.length === 0) event.preventBaseUIHandler()
          setItems(found)
        }}
      >
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Positioner className="menu-place">
          <ContextMenu.Popup className="menu">
            {items.map(item => (
              <ContextMenu.Item key={item.label} className="menu-item" onClick={() => item.run()}>
                {item.label}
                {item.key && <kbd>{item.key}</kbd>}
              </ContextMenu.Item>
            ))}
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}
