import { useEffect, useMemo, useState } from 'react'
import { bridge, type ChangeId, type Holdings, type Identity } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { useHistory } from '../store/use-history.ts'
import { useQuery } from '../store/use-query.ts'
import { type HeldChange, heldChanges } from './held.ts'

const PAGE = 40
const NOBODY: Identity = { name: null, email: null }

/** Whose changes are shown: one's own, everybody's, or those of an author of that name. */
export type Whose = 'me' | 'all' | { readonly author: string }

export interface HeldFacts {
  readonly changes: readonly HeldChange[] | undefined
  readonly problem: string | undefined
  readonly stale: boolean
  readonly project: string | null
  readonly branch: string | null
  readonly whose: Whose
  readonly me: Identity | undefined
  readonly older: (() => void) | undefined
  /** Back to the newest. */
  readonly newest: (() => void) | undefined
  choose(change: Readonly<Record<string, string | null>>): void
}

/** Changes and what holds them, as the address of the view wants them. */
export function useHeld(path: string, whoseByDefault: 'me' | 'all'): HeldFacts {
  const [query, choose] = useQuery(path)
  const live = useDesk(desk => desk.builds)
  const me = useIdentity()
  const unknown = me !== undefined && me.email === null && me.name === null
  const asked = query.get('who')
  const chosen: Whose =
    asked === null ? whoseByDefault : asked === 'me' || asked === 'all' ? asked : { author: asked }
  // A person whom git does not know sees everybody's, and is told why.
  const whose = chosen === 'me' && asked === null && unknown ? 'all' : chosen
  const project = query.get('project')
  const branch = query.get('branch')
  const before = Number.parseInt(query.get('before') ?? '', 10)
  const { answer, problem, stale } = useHistory(
    'history:holdings',
    whose === 'me' && me === undefined
      ? null
      : [
          {
            project: cut(project),
            branch: cut(branch),
            who: whoIs(whose, me ?? NOBODY),
            before: before > 0 && Number.isSafeInteger(before) ? (before as ChangeId) : null,
            limit: PAGE,
          },
        ],
  )
  const changes = useMemo(() => answer && heldChanges(answer, live), [answer, live])
  return {
    changes,
    problem,
    stale,
    project,
    branch,
    whose,
    me,
    older: olderThan(answer, choose),
    newest: before > 0 ? () => choose({ before: null }) : undefined,
    choose: change => choose({ before: null, ...change }),
  }
}

function olderThan(answer: Holdings | undefined, choose: HeldFacts['choose']) {
  const last = answer?.changes.at(-1)
  return answer?.more && last ? () => choose({ before: String(last.id) }) : undefined
}

function whoIs(whose: Whose, me: Identity): readonly string[] {
  if (whose === 'all') return []
  if (whose !== 'me') return [whose.author.slice(0, 1000)]
  const known = me.email === null ? me.name : `<${me.email}>`
  // Nobody's, rather than everybody's.
  return [known ?? '\0']
}

// Longer than any name that the master takes.
function cut(text: string | null): string | null {
  return text === null || text === '' ? null : text.slice(0, 1000)
}

let identity: Promise<Identity> | undefined

/** Who sits here; `undefined` until that is known. */
function useIdentity(): Identity | undefined {
  const [me, setMe] = useState<Identity>()
  useEffect(() => {
    identity ??= bridge.request('person:identity').catch(() => {
      identity = undefined
      return NOBODY
    })
    void identity.then(setMe)
  }, [])
  return me
}
