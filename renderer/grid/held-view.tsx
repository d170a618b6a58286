import type { ReactNode } from 'react'
import type { HeldChange } from './held.ts'
import { HeldTools } from './held-tools.tsx'
import { NothingHeld } from './nothing-held.tsx'
import type { HeldFacts } from './use-held.ts'

/** What console and grid share: the tools, words where there is nothing, and the way to older changes. */
export function HeldView({
  title,
  view,
  children,
}: {
  title: string
  view: HeldFacts
  children: (changes: readonly HeldChange[]) => ReactNode
}) {
  const { changes, problem, stale } = view
  const none = problem !== undefined || changes?.length === 0
  return (
    <section className="view" aria-label={title}>
      <HeldTools title={title} view={view} />
      {none ? (
        <NothingHeld view={view} />
      ) : !changes ? (
        <div className="grow" aria-busy />
      ) : (
        <div className="scroll" aria-busy={stale} tabIndex={-1}>
          {children(changes)}
          <Foot view={view} />
        </div>
      )}
    </section>
  )
}

function Foot({ view: { older, newest } }: { view: HeldFacts }) {
  if (!older && !newest) return null
  return (
    <div className="more">
      {newest && (
        <button type="button" className="button" onClick={newest}>
          Newest changes
        </button>
      )}{' '}
      {older && (
        <button type="button" className="button" onClick={older}>
          Older changes
        </button>
      )}
    </div>
  )
}
