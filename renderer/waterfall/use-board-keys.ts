import { type RefObject, useEffect, useRef } from 'react'
import type { BuildId } from '../bridge.ts'
import { isBad } from '../results.ts'
import { openBuild } from '../store/actions.ts'
import { nextAxisMode } from '../store/axis-modes.ts'
import { useKeys } from '../store/keys.ts'
import { arrange, prefer, readPreferences } from '../store/preferences.ts'
import { selectBuild, useSelectedBuild } from '../store/selection.ts'
import { buildActions } from './build-actions.ts'
import { GUTTER_PX } from './gutter-sizes.ts'
import type { Box, Model } from './model.ts'
import { goToNow } from './position.ts'
import { sumUp } from './span.ts'
import type { BoardView } from './use-view.ts'
import { zoomBy, zoomTo } from './zoom.ts'

/** Arrows walk the boxes: up and down in time, left and right at the same time. */
export function useBoardKeys(
  model: Model,
  view: BoardView,
  height: number,
  scroller: RefObject<HTMLElement | null>,
  [walked, setWalked]: readonly [string | null, (column: string) => void],
): void {
  const selected = useSelectedBuild()
  const at = selected === null ? -1 : columnWith(model, selected, walked)
  const column = model.columns[at]
  const box = selected === null ? undefined : column?.boxes.of(selected)

  const pick = (next: Box | undefined, within = column) => {
    if (!next) return
    if (within) setWalked(within.plan.key)
    selectBuild(next.build.id)
  }
  // Boxes are newest first.
  const beside = (step: number) => {
    if (!box || !column) return model.columns[0]?.boxes.all[0]
    const { all } = column.boxes
    return all[all.indexOf(box) + step]
  }
  const across = (step: number) => {
    for (let i = at + step; model.columns[i]; i += step) {
      const near = nearest(model.columns[i]!.boxes.all, box)
      if (near) return pick(near, model.columns[i])
    }
    if (!box) pick(model.columns[0]?.boxes.all[0], model.columns[0])
  }
  const failure = (step: number) => {
    const list = column?.boxes.all ?? []
    const start = box ? list.indexOf(box) : -1
    for (let i = start + step; list[i]; i += step) if (isBad(list[i]!.build.results)) return list[i]
    return undefined
  }
  // Of all columns, by when they ended.
  const failureAnywhere = (step: number) => {
    const all = model.columns.flatMap(one => one.boxes.all).filter(one => isBad(one.build.results))
    const below = (one: Box) => (one.top - (box?.top ?? -1)) * step
    const further = all.filter(one => one !== box && below(one) > 0)
    return further.sort((a, b) => below(a) - below(b))[0]
  }
  // The keys of what can be done with the build that is picked.
  const act = (...keys: readonly string[]) =>
    Object.fromEntries(
      keys.map(key => [
        key,
        () =>
          box &&
          buildActions(box.build)
            .find(action => action.key === key)
            ?.run(),
      ]),
    )
  const open = () => {
    if (box) openBuild(box.build)
  }

  useKeys({
    ArrowUp: () => pick(beside(-1)),
    ArrowDown: () => pick(beside(1)),
    ArrowLeft: () => across(-1),
    ArrowRight: () => across(1),
    '[': () => pick(failure(1)),
    ']': () => pick(failure(-1)),
    Enter: open,
    Home: goToNow,
    PageDown: () => view.scrollBy(height * 0.85),
    PageUp: () => view.scrollBy(-height * 0.85),
    Escape: () => selectBuild(null),
    '+': () => zoomBy(1.5),
    '=': () => zoomBy(1.5),
    '-': () => zoomBy(1 / 1.5),
    '0': () => zoomTo(1),
    m: () => prefer({ axis: nextAxisMode(readPreferences().axis) }),
    p: () => prefer({ panel: !readPreferences().panel }),
    '{': () => pick(failureAnywhere(1)),
    '}': () => pick(failureAnywhere(-1)),
    x: () =>
      arrange({
        columns: readPreferences().arrangement.columns === 'slaves' ? 'builders' : 'slaves',
      }),
    u: () => sumUp(model.axis, view.top(), view.top() + height),
    ...act('l', 't', 'r', 'R', 'b', 's', 'c'),
  })

  // What was picked comes into sight, once: the reader may go on from there.
  const shown = useRef({ selected, walked })
  useEffect(() => {
    if (selected === shown.current.selected && walked === shown.current.walked) return
    shown.current = { selected, walked }
    if (!box || !column) return
    const top = view.top()
    const least = box.top + Math.min(box.height, height / 2) + EDGE_PX - height
    if (top < least) view.scrollTo(least)
    else if (top > box.top - EDGE_PX && top > 0) view.scrollTo(box.top - EDGE_PX)
    const sideways = scroller.current
    if (!sideways) return
    const room = sideways.clientWidth - GUTTER_PX
    const { staysPx } = model
    if (column.x < staysPx) return
    if (column.x < sideways.scrollLeft + staysPx) sideways.scrollLeft = column.x - staysPx
    else if (column.x + column.width > sideways.scrollLeft + room)
      sideways.scrollLeft = column.x + column.width - room
  }, [selected, walked, box, column, height, view, scroller, model])
}

const EDGE_PX = 24

/** Where a build stands; in the column that is walked, if it stands there too. */
function columnWith({ columns }: Model, id: BuildId, walked: string | null): number {
  const own = columns.findIndex(one => one.plan.key === walked && one.boxes.of(id))
  return own < 0 ? columns.findIndex(one => one.boxes.of(id)) : own
}

function nearest(boxes: readonly Box[], to: Box | undefined): Box | undefined {
  const middle = to ? to.top + to.height / 2 : 0
  const distance = (one: Box) => Math.abs(one.top + one.height / 2 - middle)
  return [...boxes].sort((a, b) => distance(a) - distance(b))[0]
}
