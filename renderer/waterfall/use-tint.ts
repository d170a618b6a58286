import { useEffect, useMemo } from 'react'
import type { Build } from '../bridge.ts'
import { createCell, useCell } from '../store/cell.ts'
import { useDesk } from '../store/hooks.ts'
import { usePreferences } from '../store/preferences.ts'
import { sleepsOf } from '../store/sleeps.ts'
import {
  AUTHORS,
  authorTint,
  DURATIONS,
  durationColour,
  durationTint,
  keepOrder,
  nameTint,
  SEVERAL,
  TINTS,
} from './tint.ts'
import { useAuthors } from './use-authors.ts'
import { useEstimates } from './use-forecast.ts'

// Of all that was seen while the window is open.
const branches = createCell<readonly string[]>([])

/** Which of the colours a build has; nothing when its result is its colour. */
export function useTint(): ((build: Build) => number | null) | undefined {
  const estimate = useEstimates()
  const { colour } = usePreferences().arrangement
  const slaves = useSlaveNames()
  const known = useBranches(colour === 'branch')
  const { names, of: authors } = useAuthors(colour === 'author')
  const sleeps = useDesk(desk => sleepsOf(desk.events))
  return useMemo(() => {
    if (colour === 'slave') return build => nameTint(slaves, build.slave)
    if (colour === 'branch') return build => nameTint(known, build.branch)
    if (colour === 'author') return build => authorTint(names, authors.get(build.id))
    if (colour === 'duration') return build => durationTint(build, estimate, sleeps)
    return undefined
  }, [colour, slaves, known, names, authors, estimate, sleeps])
}

/** What the colours stand for now. */
export function useTintWords(): readonly { readonly tint: number; readonly words: string }[] {
  const { colour } = usePreferences().arrangement
  const slaves = useSlaveNames()
  const known = useBranches(colour === 'branch')
  const { names: authors } = useAuthors(colour === 'author')
  if (colour === 'result') return []
  if (colour === 'duration')
    return DURATIONS.map((words, i) => ({ tint: durationColour(i), words }))
  const names = colour === 'slave' ? slaves : colour === 'author' ? authors : known
  const most = colour === 'author' ? AUTHORS : TINTS - 1
  return [
    ...names.slice(0, most).map((words, tint) => ({ tint, words })),
    ...(colour === 'author' ? [{ tint: SEVERAL, words: 'several' }] : []),
    ...(names.length > most ? [{ tint: TINTS - 1, words: 'others' }] : []),
  ]
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
