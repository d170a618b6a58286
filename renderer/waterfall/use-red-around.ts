import { useEffect, useMemo, useState } from 'react'
import { type BuildDetails, type BuildId, bridge, type Change, type ChangeId } from '../bridge.ts'
import { onNewsOf } from '../store/desk.ts'
import { roughly } from '../ui/format.ts'
import { redAround } from './blame.ts'
import type { Model, RedStretch } from './model.ts'

/** Of the red stretch that the picked build is in: where it is, and who may have begun it. */
export interface Blame {
  readonly stretch: RedStretch
  /** The changes that its first failure was the first to hold; after a bisect those that may be to blame. */
  readonly suspects: ReadonlySet<ChangeId>
  readonly words: string
}

const NONE: readonly Change[] = []

export function useRedAround(model: Model, selected: BuildId | null, now: number): Blame | null {
  const found = useMemo(() => redAround(model, selected), [model, selected])
  const suspects = useChangesOf(found?.stretch.first.id ?? null, suspected)
  // The same while they are the same: the changes are dear to render.
  const ids = useMemo(() => new Set(suspects.map(change => change.id)), [suspects])
  const repairs = useChangesOf(found?.stretch.repaired?.id ?? null, brought)
  if (!found) return null
  const { stretch, column } = found
  return {
    stretch,
    suspects: ids,
    words: words(column.plan.name, stretch, suspects, repairs, now),
  }
}

function brought({ changes }: BuildDetails): readonly Change[] {
  return changes
}

// A bisect knows better than the build.
function suspected({ bisect, changes }: BuildDetails): readonly Change[] {
  return bisect.state?.suspects ?? changes
}

function useChangesOf(
  id: BuildId | null,
  pick: (details: BuildDetails) => readonly Change[],
): readonly Change[] {
  const [found, setFound] = useState({ id, changes: NONE })
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
      details => wanted && setFound({ id, changes: pick(details) }),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [id, pick, bisected])
  return found.id === id ? found.changes : NONE
}

function words(
  builder: string,
  { first, repaired, count }: RedStretch,
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
