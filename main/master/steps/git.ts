import type { GitStep } from '../config/model.ts'
import { EXCEPTION, FAILURE, SUCCESS } from '../results.ts'
import type { RunStep, StepContext, StepEnd } from './step.ts'

// Nobody is there to be asked for a password, and the words must be those we look for.
const QUIET_GIT = { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', LC_ALL: 'C.UTF-8' }

const FETCH = ['--force', '--tags', '--no-recurse-submodules'] as const

/**
 * Checks the sourcestamp out into the workdir, and tells what it got in the
 * property `got_revision`. Commits that are there already are not fetched again.
 */
export const runGitStep: RunStep<GitStep> = async (config, context) => {
  const { source } = context
  if (source.repository === '') return { results: EXCEPTION, text: 'no repository to check out' }
  const git = (...args: string[]) => runGit(config, context, args)
  const folder = await prepareFolder(config, context)
  if (folder === 'failed') return failed('the folder could not be made')

  const { branch, revision } = source
  let target = revision ?? 'FETCH_HEAD'
  if (folder === 'new' || revision === null || !(await has(config, context, revision))) {
    const spec = branchSpec(branch)
    if (!(await git('fetch', ...FETCH, source.repository, spec)))
      return failed(
        `${branch === null ? 'the repository' : `branch ${branch}`} could not be fetched`,
      )
    if (revision !== null && !(await has(config, context, revision)))
      if (!(await fetchRevision(git, source.repository, revision)))
        return failed(`revision ${revision} is not in the repository`)
  }
  if (revision !== null && !/^[0-9a-f]{40,64}$/.test(revision)) target = `${revision}^{commit}`
  // The index may be locked by a build that was cut short.
  if (!(await git('checkout', '--force', '--detach', '--quiet', target)))
    return failed('the checkout failed')
  if (!(await git('clean', '-ffd', ...(config.mode === 'incremental' ? [] : ['-x']), '--quiet')))
    return failed('old files could not be removed')
  if (config.submodules && (await exists(context, '.gitmodules'))) {
    if (!(await git('submodule', 'update', '--init', '--recursive', '--force')))
      return failed('the submodules could not be updated')
  }
  const got = await readHead(config, context)
  if (got === undefined) return failed('the revision could not be read')
  context.setProperties({ got_revision: { value: got, source: context.step.name } })
  context.data.setRevision(context.build.id, got)
  return { results: SUCCESS, text: got.slice(0, 10) }
}

function failed(text: string): StepEnd {
  return { results: FAILURE, text }
}

async function prepareFolder(
  config: GitStep,
  context: StepContext,
): Promise<'new' | 'known' | 'failed'> {
  const { workdir } = context
  if (config.mode !== 'clobber' && (await exists(context, '.git'))) {
    // Left by a git that was killed; nobody else works in this folder.
    await context.run('rmdir', { paths: [`${workdir}/.git/index.lock`] })
    return 'known'
  }
  await context.run('rmdir', { paths: [workdir] })
  return (await runGit(config, context, ['init', '--quiet'])) ? 'new' : 'failed'
}

async function fetchRevision(
  git: (...args: string[]) => Promise<boolean>,
  repository: string,
  revision: string,
): Promise<boolean> {
  // Not every server gives out any revision; all branches hold it if any does.
  if (await git('fetch', '--force', repository, revision)) return true
  return git('fetch', '--force', '--tags', repository, '+refs/heads/*:refs/remotes/origin/*')
}

function branchSpec(branch: string | null): string {
  return branch === null ? 'HEAD' : `+refs/heads/${branch}:refs/remotes/origin/${branch}`
}

async function has(config: GitStep, context: StepContext, revision: string): Promise<boolean> {
  return runGit(config, context, ['rev-parse', '--quiet', '--verify', `${revision}^{commit}`])
}

async function exists(context: StepContext, name: string): Promise<boolean> {
  return (await context.run('stat', { path: `${context.workdir}/${name}` })).rc === 0
}

async function runGit(
  config: GitStep,
  context: StepContext,
  args: readonly string[],
): Promise<boolean> {
  const command = ['git', ...args]
  const { rc } = await context.shell({ command, limits: config, env: QUIET_GIT, brief: true })
  return rc === 0
}

async function readHead(config: GitStep, context: StepContext): Promise<string | undefined> {
  let said = ''
  const { rc } = await context.shell({
    command: ['git', 'rev-parse', 'HEAD'],
    limits: config,
    env: QUIET_GIT,
    brief: true,
    onStdout: bytes => {
      said += Buffer.from(bytes).toString('latin1')
    },
  })
  return rc === 0 ? said.trim() : undefined
}
