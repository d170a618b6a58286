import type { GitStep } from '../config/model.ts'
import { EXCEPTION, FAILURE, SUCCESS } from '../results.ts'
import { isOutOfReach, removeBundle, sendBundle } from './git-bundle.ts'
import { glob } from './glob.ts'
import type { RunStep, StepContext, StepEnd } from './step.ts'

// Nobody is there to be asked for a password, and the words must be those we look for.
const QUIET_GIT = { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', LC_ALL: 'C.UTF-8' }

const FETCH = ['--force', '--tags', '--no-recurse-submodules'] as const
const FULL_HASH = /^[0-9a-f]{40,64}$/

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
  const git = (...args: string[]) => runGit(config, context, args)
  if (context.keepsFiles && !(await exists(context, '.git')))
    return failed('the workspace that this build was to go on from is gone; rebuild it whole')
  if (!(await prepareFolder(config, context))) return failed('the folder could not be made')

  let target = revision ?? 'FETCH_HEAD'
  // Only a full hash means the same for ever; a tag may have been moved.
  if (revision === null || !FULL_HASH.test(revision) || !(await has(config, context, revision))) {
    const fetched = (await isOutOfReach(context))
      ? await fetchSent(config, context)
      : await fetchFrom(config, context, source.repository)
    if ('problem' in fetched) return failed(fetched.problem)
    target = fetched.target
  }
  if (!(await git('checkout', '--force', '--detach', '--quiet', target)))
    return failed('the checkout failed')
  if (!context.keepsFiles && !(await removeOld(config, context)))
    return failed('old files could not be removed')
  if (config.submodules && (await exists(context, '.gitmodules'))) {
    if (
      !(await git('submodule', 'sync', '--quiet', '--recursive')) ||
      !(await git('submodule', 'update', '--init', '--recursive', '--force'))
    )
      return failed('the submodules could not be updated')
  }
  const got = await readHead(config, context)
  if (got === undefined) return failed('the revision could not be read')
  context.setProperties({ got_revision: { value: got, source: context.step.name } })
  context.data.setRevision(context.build.id, got)
  return { results: SUCCESS, text: got.slice(0, 10) }
}

type Fetched = { readonly target: string } | { readonly problem: string }

async function fetchFrom(config: GitStep, context: StepContext, from: string): Promise<Fetched> {
  const { branch, revision } = context.source
  if (!(await runGit(config, context, ['fetch', ...FETCH, from, branchSpec(branch)])))
    return {
      problem: `${branch === null ? 'the repository' : `branch ${branch}`} could not be fetched`,
    }
  if (revision === null) return { target: 'FETCH_HEAD' }
  const target = await findRevision(config, context, from, revision)
  return target === undefined
    ? { problem: `revision ${revision} is not in the repository` }
    : { target }
}

// First what is new since the last build there. That may leave out an older branch or tag
// that is wanted now, and a master that started again meanwhile has sent two halves: then all.
async function fetchSent(config: GitStep, context: StepContext): Promise<Fetched> {
  let bundle = await sendBundle(context, await readHead(config, context))
  let fetched = await fetchFrom(config, context, bundle)
  if ('problem' in fetched) {
    bundle = await sendBundle(context, undefined)
    fetched = await fetchFrom(config, context, bundle)
  }
  await removeBundle(context, bundle)
  return fetched
}

function failed(text: string): StepEnd {
  return { results: FAILURE, text }
}

async function prepareFolder(config: GitStep, context: StepContext): Promise<boolean> {
  const { keepsFiles } = context
  if (!keepsFiles && (config.mode === 'clobber' || !(await exists(context, '.git'))))
    await context.run('rmdir', { paths: [context.workdir] })
  // Also where a repository is: its making may have been cut short.
  return runGit(config, context, ['init', '--quiet'])
}

function removeOld(config: GitStep, context: StepContext): Promise<boolean> {
  const ignored = config.mode === 'incremental' ? [] : ['-x']
  return runGit(config, context, ['clean', '-ffd', ...ignored, '--quiet'])
}

/** What to check out for a revision once its branch has been fetched. */
async function findRevision(
  config: GitStep,
  context: StepContext,
  repository: string,
  revision: string,
): Promise<string | undefined> {
  const target = FULL_HASH.test(revision) ? revision : `${revision}^{commit}`
  if (await has(config, context, revision)) return target
  // Not every server gives out any revision; all branches hold it if any does.
  if (await runGit(config, context, ['fetch', '--force', repository, revision])) return 'FETCH_HEAD'
  const all = '+refs/heads/*:refs/remotes/origin/*'
  if (!(await runGit(config, context, ['fetch', '--force', '--tags', repository, all])))
    return undefined
  return (await has(config, context, revision)) ? target : undefined
}

function branchSpec(branch: string | null): string {
  return branch === null ? 'HEAD' : `+refs/heads/${branch}:refs/remotes/origin/${branch}`
}

async function has(config: GitStep, context: StepContext, revision: string): Promise<boolean> {
  const args = ['rev-parse', '--quiet', '--verify', `${revision}^{commit}`]
  return (await startGit(config, context, args)) === 0
}

async function exists(context: StepContext, name: string): Promise<boolean> {
  return (await context.run('stat', { path: `${context.workdir}/${name}` })).rc === 0
}

// What fails beside the locks of a git that was killed is tried again without them.
async function runGit(
  config: GitStep,
  context: StepContext,
  args: readonly string[],
): Promise<boolean> {
  if ((await startGit(config, context, args)) === 0) return true
  return (await removeLocks(context)) && (await startGit(config, context, args)) === 0
}

// Nobody else works in this folder, so whoever made them is gone.
async function removeLocks(context: StepContext): Promise<boolean> {
  const { workdir } = context
  const files = (await glob(context, '.git/**/*.lock')) ?? []
  if (files.length === 0) return false
  await context.note(`removing what a git that was killed left: ${files.join(', ')}\n`)
  await context.run('rmdir', { paths: files.map(file => `${workdir}/${file}`) })
  return true
}

async function startGit(
  config: GitStep,
  context: StepContext,
  args: readonly string[],
  onStdout?: (bytes: Uint8Array) => void,
): Promise<number> {
  const { rc } = await context.shell({
    command: ['git', ...args],
    limits: config,
    env: { ...QUIET_GIT, GIT_CEILING_DIRECTORIES: parentOf(context.workdir) },
    brief: true,
    ...(onStdout && { onStdout }),
  })
  return rc
}

// Where our folder holds no sound repository, git must not take one that is further up for it.
function parentOf(folder: string): string {
  return folder.replace(/[\\/]+[^\\/]*$/, '')
}

async function readHead(config: GitStep, context: StepContext): Promise<string | undefined> {
  let said = ''
  const rc = await startGit(config, context, ['rev-parse', 'HEAD'], bytes => {
    said += Buffer.from(bytes).toString('latin1')
  })
  return rc === 0 ? said.trim() : undefined
}
