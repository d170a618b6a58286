import { useEffect, useMemo, useState } from 'react'
import {
  type Build,
  type BuildDetails,
  type BuildId,
  bridge,
  type Change,
  type ChangeId,
} from '../bridge.ts'
import { onNewsOf } from '../store/desk.ts'
import { roughly } from '../ui/format.ts'
import { redAround } from './blame.ts'
import type { Model, RedStretch } from './model.ts'

/** Of the red stretch that the picked build is in: where it is, and who may have begun it. */
export interface Blame {
  readonly stretch: RedStretch
  /** The changes that may have turned the builder red. None where nothing was good before. */
  readonly suspects: ReadonlySet<ChangeId>
  readonly words: string
}

const NONE: readonly Change[] = []

export function useRedAround(model: Model, selected: BuildId | null, now: number): Blame | null {
  const found = useMemo(() => redAround(model, selected), [model, selected])
  const begun = useDetailsOf(found?.stretch.first.id ?? null)
  const suspects = begun ? suspected(begun) : NONE
  // The same while they are the same: the changes are dear to render.
  const ids = useMemo(() => new Set(suspects.map(change => change.id)), [suspects])
  const repairs = useDetailsOf(found?.stretch.repaired?.id ?? null)?.changes ?? NONE
  if (!found) return null
  const { stretch, column } = found
  return {
    stretch,
    suspects: ids,
    // The stretch that is drawn may begin before what is loaded.
    words: words(
      column.plan.name,
      stretch,
      begun?.red?.first ?? stretch.first,
      suspects,
      repairs,
      now,
    ),
  }
}

// A bisect knows better than the build.
function suspected({ bisect, red }: BuildDetails): readonly Change[] {
  return bisect.state?.suspects ?? red?.suspects ?? NONE
}

function useDetailsOf(id: BuildId | null): BuildDetails | null {
  const [found, setFound] = useState<BuildDetails | null>(null)
  const [bisected, setBisected] = useState(0)
  useEffect(
    () =>
      onNewsOf(
        'event/new',
        ({ kind }) => kind === 'bisect-ended' && setBisected(count => count + 1),
      ),
    [],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: `bisected` says when to ask again.
  useEffect(() => {
    if (id === null) return
    let wanted = true
    bridge.request('build:details', id).then(
      details => wanted && setFound(details),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [id, bisected])
  return found?.build.id === id ? found : null
}

function words(
  builder: string,
  { repaired, count }: RedStretch,
  first: Build,
  suspects: readonly Change[],
  repairs: readonly Change[],
  now: number,
): string {
  const length = roughly((repaired?.completeAt ?? now) - first.completeAt!)
  const lines = [
    `${builder} was red for ${length}, ${count === 1 ? 'one build' : `${count} builds`}`,
    ...list(`Since #${first.number}, with`, suspects),
    repaired ? `Repaired by #${repaired.number}` : 'Not repaired yet',
    ...list('with', repairs),
  ]
  return lines.join('\n')
}

function list(begin: string, changes: readonly Change[]): string[] {
  return changes
    .slice(0, MOST)
    .map(({ subject, who }) => `${begin} ${subject || 'a change'} (${who})`)
}

const MOST = 8
