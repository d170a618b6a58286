import { useEffect, useMemo } from 'react'
import type { Build } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'
import { useDesk } from '../store/hooks.ts'
import { usePreferences } from '../store/preferences.ts'
import { sleepsOf } from '../store/sleeps.ts'
import { DURATIONS, durationColour, durationTint, keepOrder, nameTint, TINTS } from './tint.ts'
import { useEstimates } from './use-forecast.ts'

// Of all that was seen while the window is open.
const branches = createCell<readonly string[]>([])

/** Which of the colours a build has; nothing when its result is its colour. */
export function useTint(): ((build: Build) => number | null) | undefined {
  const estimate = useEstimates()
  const { colour } = usePreferences().arrangement
  const slaves = useSlaveNames()
  const known = useBranches(colour === 'branch')
  const sleeps = useDesk(desk => sleepsOf(desk.events))
  return useMemo(() => {
    if (colour === 'slave') return build => nameTint(slaves, build.slave)
    if (colour === 'branch') return build => nameTint(known, build.branch)
    if (colour === 'duration') return build => durationTint(build, estimate, sleeps)
    return undefined
  }, [colour, slaves, known, estimate, sleeps])
}

/** What the colours stand for now. */
export function useTintWords(): readonly { readonly tint: number; readonly words: string }[] {
  const { colour } = usePreferences().arrangement
  const slaves = useSlaveNames()
  const known = useBranches(colour === 'branch')
  if (colour === 'result') return []
  if (colour === 'duration')
    return DURATIONS.map((words, i) => ({ tint: durationColour(i), words }))
  const names = colour === 'slave' ? slaves : known
  const own = names.slice(0, TINTS - 1).map((words, tint) => ({ tint, words }))
  return names.length < TINTS ? own : [...own, { tint: TINTS - 1, words: 'others' }]
}

function useSlaveNames(): readonly string[] {
  const slaves = useDesk(desk => desk.slaves)
  const names = slaves
    .filter(slave => slave.active)
    .map(slave => slave.name)
    .join('\n')
  return useMemo(() => names.split('\n'), [names])
}

function useBranches(wanted: boolean): readonly string[] {
  const builds = useDesk(desk => desk.builds)
  const known = useCell(branches)
  useEffect(() => {
    if (!wanted) return
    const next = keepOrder(
      branches.read(),
      [...builds.values()].map(build => build.branch),
    )
    if (next.length > branches.read().length) branches.write(next)
  }, [wanted, builds])
  return known
}
