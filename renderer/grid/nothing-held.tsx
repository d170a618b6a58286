import { Link } from 'wouter'
import { routes } from '../store/route.ts'
import { Empty } from '../ui/parts.tsx'
import type { HeldFacts } from './use-held.ts'

/** Why there is no change to show, and how to get to see some. */
export function NothingHeld({ view }: { view: HeldFacts }) {
  const { whose, me, project, branch, problem, choose } = view
  if (problem)
    return (
      <Empty title="The changes could not be had">
        <p>{problem}</p>
      </Empty>
    )
  if (whose === 'me')
    return (
      <Empty title={me?.email || me?.name ? 'No changes of yours' : 'Git does not know you'}>
        <p>
          {me?.email || me?.name
            ? `None of the changes here is by ${me.email ?? me.name}, which is who git says that you are.`
            : 'Tell it who you are with “git config --global user.email”, then open this view again.'}
        </p>
        <button type="button" className="button big" onClick={() => choose({ who: 'all' })}>
          Show everybody’s
        </button>
      </Empty>
    )
  if (project || branch || typeof whose === 'object')
    return (
      <Empty title="No such changes">
        <p>Nothing that was committed fits what is chosen above.</p>
        <button
          type="button"
          className="button big"
          onClick={() => choose({ who: 'all', project: null, branch: null })}
        >
          Show all changes
        </button>
      </Empty>
    )
  return (
    <Empty title="No changes yet">
      <p>
        Commits to the repositories of this desk show up here within a second, with the builds that
        hold them.
      </p>
      <Link className="button big" href={routes.add}>
        Add a repository
      </Link>
    </Empty>
  )
}
