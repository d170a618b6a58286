import type { GitStep } from '../config/model.ts'
import { CANCELLED, EXCEPTION, FAILURE, SUCCESS } from '../results.ts'
import { isOutOfReach, removeBundle, sendBundle, sentFormat } from './git-bundle.ts'
import { type Fetched, fetchSource, isFullHash } from './git-fetch.ts'
import { makeCheckout } from './git-make.ts'
import { type SlaveGit, slaveGit } from './slave-git.ts'
import type { RunStep, StepContext, StepEnd } from './step.ts'

/**
 * Checks the sourcestamp out into the workdir, and tells what it got in the
 * property `got_revision`. Commits that are there already are not fetched again.
 */
export const runGitStep: RunStep<GitStep> = async (config, context) => {
  const { source } = context
  const { branch, revision } = source
  if (source.repository === '') return { results: EXCEPTION, text: 'no repository to check out' }
  const option = [branch, revision].find(name => name?.startsWith('-'))
  if (option) return failed(`"${option}" is not a name that git takes`)
  const git = slaveGit(config, context)
  const keeps = context.keepsFiles || config.mode !== 'clobber'
  const isThere = keeps && (await git.exists('.git'))
  if (context.keepsFiles && !isThere)
    return failed('the workspace that this build was to go on from is gone; rebuild it whole')
  const fetched = await prepare(git, context, isThere)
  if ('problem' in fetched) return failed(fetched.problem)
  // The code was not looked at, so this says nothing of it.
  if ('gone' in fetched) return { results: CANCELLED, text: fetched.gone }

  if (!(await git.work('checkout', '--force', '--detach', '--quiet', fetched.target)))
    return failed('the checkout failed')
  const cleans = !context.keepsFiles
  const clean = ['clean', '-ffd', ...(config.mode === 'incremental' ? [] : ['-x']), '--quiet']
  if (cleans && !(await git.work(...clean))) return failed('old files could not be removed')
  if (config.submodules && (await git.exists('.gitmodules'))) {
    if (
      !(await git.work('submodule', 'sync', '--quiet', '--recursive')) ||
      !(await git.work('submodule', 'update', '--init', '--recursive', '--force'))
    )
      return failed('the submodules could not be updated')
    const inAll = ['submodule', 'foreach', '--quiet', '--recursive', 'git', ...clean]
    if (cleans && !(await git.work(...inAll)))
      return failed('old files of submodules could not be removed')
  }
  const got = await git.ask('rev-parse', 'HEAD')
  if (got === undefined) return failed('the revision could not be read')
  context.setProperties({ got_revision: { value: got, source: context.step.name } })
  context.data.setRevision(context.build.id, got)
  return { results: SUCCESS, text: got.slice(0, 10) }
}

async function prepare(git: SlaveGit, context: StepContext, isThere: boolean): Promise<Fetched> {
  const { repository, revision } = context.source
  const isSent = await isOutOfReach(context)
  const made = await makeCheckout(git, context, {
    isThere,
    address: repository,
    isInReach: !isSent,
    objectFormat: isSent ? await sentFormat(context) : formatOf(revision),
  })
  if ('problem' in made) return made
  if (isFullHash(revision) && (await git.has(revision))) return { target: revision }
  if (isSent) return fetchSent(git, context)
  // A clone that failed says that fetching all would fail, too.
  const others = made.made === 'kept' ? 'wanted' : made.made === 'cloned' ? 'here' : 'alone'
  return fetchSource(git, context, { from: 'origin', others, prune: true })
}

// First what is new since the last build there. That may leave out an older branch or tag
// that is wanted now, and a master that started again meanwhile has sent two halves: then all.
async function fetchSent(git: SlaveGit, context: StepContext): Promise<Fetched> {
  const fetch = async (since: string | undefined) => {
    const from = await sendBundle(context, since)
    const fetched = await fetchSource(git, context, {
      from,
      others: 'wanted',
      prune: since === undefined,
    })
    await removeBundle(context, from)
    return fetched
  }
  const head = await git.ask('rev-parse', '--quiet', '--verify', 'HEAD')
  const fetched = head === undefined ? undefined : await fetch(head)
  return fetched && 'target' in fetched ? fetched : fetch(undefined)
}

function formatOf(revision: string | null): 'sha256' | 'sha1' {
  return isFullHash(revision) && revision.length === 64 ? 'sha256' : 'sha1'
}

function failed(text: string): StepEnd {
  return { results: FAILURE, text }
}
