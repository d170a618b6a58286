import { GitCommitVertical } from 'lucide-react'
import { Link } from 'wouter'
import type { BuildDetails } from '../bridge.ts'
import { stopBisect } from '../store/actions.ts'
import { routes } from '../store/route.ts'

/** How the search for the change that made this build fail stands, or whose search this build is part of. */
export function BisectNote({ details }: { details: BuildDetails }) {
  const { build, builder, bisect } = details
  const { state, of } = bisect
  if (of !== null)
    return (
      <p className="bisect-note">
        <GitCommitVertical aria-hidden />
        <span>
          Built to find why{' '}
          <Link className="link" href={routes.build(builder, { number: of })}>
            #{of}
          </Link>{' '}
          failed
        </span>
      </p>
    )
  if (!state) return null
  const [only, second] = state.suspects
  return (
    <p className="bisect-note">
      <GitCommitVertical aria-hidden />
      <span>
        Bisect: {state.words}
        {only && !second && !state.running && (
          <>
            , <bdi>“{only.subject || 'no message'}”</bdi>
          </>
        )}
      </span>
      {state.running && (
        <button type="button" className="link" onClick={() => stopBisect(build)}>
          Stop bisecting
        </button>
      )}
    </p>
  )
}
