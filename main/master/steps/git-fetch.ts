import type { SlaveGit } from './slave-git.ts'
import type { StepContext } from './step.ts'

/** What to check out, or why there is nothing to. */
export type Fetched =
  | { readonly target: string }
  | { readonly problem: string }
  /** No branch or tag holds the revision any more. That says nothing of the code. */
  | { readonly gone: string }

/** Where commits come from. */
export interface Fetching {
  /** `origin`, or the path of a bundle. */
  readonly from: string
  /** `here`: a clone has fetched them just now. `alone`: only what is asked for, as the others can't be fetched. */
  readonly others: 'here' | 'wanted' | 'alone'
  /** Whether branches and tags go that are not there any more. */
  readonly prune: boolean
}

const FETCH = ['fetch', '--force', '--update-shallow', '--no-recurse-submodules', '--refmap=']
const ALL = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
const FULL_HASH = /^[0-9a-f]{40}([0-9a-f]{24})?$/

/** Whether a revision means the same for ever. A tag may be moved, and a short hash become ambiguous. */
export function isFullHash(revision: string | null): revision is string {
  return revision !== null && FULL_HASH.test(revision)
}

/**
 * Fetches all branches and tags, and finds what the sourcestamp asks for. One branch or
 * tag that is broken fails the fetch of all; what is asked for is then fetched alone.
 */
export async function fetchSource(
  git: SlaveGit,
  context: StepContext,
  fetching: Fetching,
): Promise<Fetched> {
  const { from, others, prune } = fetching
  const { branch, revision } = context.source
  const what = branch === null ? 'the repository' : `branch ${branch}`
  const fetchAll = () =>
    // What is named first comes first in FETCH_HEAD.
    git.run(...FETCH, '--no-tags', ...(prune ? ['--prune'] : []), from, ...own, ...ALL)
  const own = branch === null && revision === null ? ['HEAD'] : []
  const hasAll = others === 'here' || (others === 'wanted' && (await fetchAll()))
  if (hasAll && revision === null)
    return findTip(git, branch, others === 'here' ? 'HEAD' : 'FETCH_HEAD')
  // Without --no-tags the tags of what is fetched come along.
  const hasBranch = hasAll || (await git.run(...FETCH, from, branchSpec(branch)))
  if (revision === null) return hasBranch ? { target: 'FETCH_HEAD' } : cannotFetch(what)
  const target = await findRevision(git, from, revision)
  if (target !== undefined) return { target }
  if (!hasBranch) return cannotFetch(what)
  return hasAll && isFullHash(revision)
    ? { gone: `no branch or tag of the repository holds revision ${revision} any more` }
    : { problem: `revision ${revision} is not in the repository` }
}

function cannotFetch(what: string): Fetched {
  return { problem: `${what} could not be fetched` }
}

async function findTip(git: SlaveGit, branch: string | null, own: string): Promise<Fetched> {
  const target = branch === null ? own : `refs/remotes/origin/${branch}`
  if (await git.has(target)) return { target }
  return {
    problem:
      branch === null
        ? 'the repository has no commit on a branch of its own'
        : `branch ${branch} is not in the repository`,
  }
}

async function findRevision(git: SlaveGit, from: string, revision: string) {
  const target = isFullHash(revision) ? revision : `${revision}^{commit}`
  if (await git.has(revision)) return target
  // A branch, or a commit that no branch holds: not every server gives those out.
  return (await git.run(...FETCH, from, revision)) ? 'FETCH_HEAD' : undefined
}

function branchSpec(branch: string | null): string {
  return branch === null ? 'HEAD' : `+refs/heads/${branch}:refs/remotes/origin/${branch}`
}
