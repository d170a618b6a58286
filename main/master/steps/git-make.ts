import type { SlaveGit } from './slave-git.ts'
import type { StepContext } from './step.ts'

const ALL_BRANCHES = '+refs/heads/*:refs/remotes/origin/*'
// Written last, so that a checkout that names its address is whole.
const ADDRESS = 'triphammer.address'
const REMOTE = 'remote.origin.url'

/** What a checkout is made from. */
export interface Origin {
  /** Whether there is one already. */
  readonly isThere: boolean
  /** The address of its remote `origin`. */
  readonly address: string
  /** Whether git on the slave can reach it. */
  readonly isInReach: boolean
  /** Asked only where there can be no clone. */
  readonly objectFormat: 'sha1' | 'sha256'
}

/** `cloned`: made now, with all that there is. `empty`: made now, without any commit. */
export type Made = { readonly made: 'kept' | 'cloned' | 'empty' } | { readonly problem: string }

/**
 * Makes a folder what `git clone` makes of it, but without files. A checkout that is
 * there is kept when it is one of the same address.
 */
export async function makeCheckout(
  git: SlaveGit,
  context: StepContext,
  origin: Origin,
): Promise<Made> {
  const { address, isThere, isInReach } = origin
  const kept = isThere ? await keep(git, context, address) : false
  if (kept) return { made: 'kept' }
  if (context.keepsFiles)
    return { problem: 'the workspace is one of another repository; rebuild it whole' }
  if (!(await git.remove(context.workdir))) return { problem: 'old files could not be removed' }
  const settings = settingsOf(context)
  if (isInReach) {
    if (await clone(git, context, address, settings)) return { made: 'cloned' }
    if (!(await git.remove(context.workdir))) return { problem: 'old files could not be removed' }
  }
  if (await begin(git, context, origin, settings)) return { made: 'empty' }
  return { problem: 'the folder could not be made' }
}

async function keep(git: SlaveGit, context: StepContext, address: string): Promise<boolean> {
  const has = await readSettings(git)
  if (has.get(ADDRESS) === address)
    // Steps may have given it another address, to push to for example.
    return has.get(REMOTE) === address || set(git, REMOTE, address)
  if (has.has(ADDRESS) || has.has(REMOTE) || !(await isSound(git))) return false
  // Up to 0.2.0 checkouts had no remote, and hooks from the person's template.
  await git.remove(`${context.workdir}/.git/hooks`)
  return settle(git, context, address)
}

async function readSettings(git: SlaveGit): Promise<ReadonlyMap<string, string>> {
  const names = `^(${[ADDRESS, REMOTE].join('|').replaceAll('.', '\\.')})$`
  const said = (await git.ask('config', '--local', '--get-regexp', names)) ?? ''
  return new Map(
    said.split('\n').map(line => {
      const [name = '', ...value] = line.split(' ')
      return [name, value.join(' ')]
    }),
  )
}

// One that is further up is named whole: a ceiling does not hold git below a folder with a colon.
async function isSound(git: SlaveGit): Promise<boolean> {
  return (await git.ask('rev-parse', '--git-dir')) === '.git'
}

type Setting = readonly [key: string, value: string]

async function clone(
  git: SlaveGit,
  context: StepContext,
  address: string,
  settings: readonly Setting[],
) {
  const own = settings.flatMap(([key, value]) => ['--config', `${key}=${value}`])
  const how = ['--no-checkout', '--origin', 'origin', '--template=', '--no-recurse-submodules']
  if (!(await git.run('clone', '--quiet', ...how, ...own, '--', address, '.'))) return false
  // The clone of a folder has its broken branches too, and no later fetch would get past them.
  if ((await git.ask('rev-list', '--quiet', '--max-count=1', '--all')) === undefined) return false
  // The local branch that a clone begins with would point to this commit for ever.
  const branch = await git.ask('symbolic-ref', '--quiet', 'HEAD')
  const tip = branch && (await git.ask('rev-parse', '--quiet', '--verify', 'HEAD'))
  if (branch && tip) {
    await git.run('update-ref', '--no-deref', 'HEAD', tip)
    await git.run('update-ref', '-d', branch)
  }
  return settle(git, context, address)
}

async function begin(
  git: SlaveGit,
  context: StepContext,
  origin: Origin,
  settings: readonly Setting[],
) {
  // A git that knows one format only doesn't know the option either.
  const format = origin.objectFormat === 'sha256' ? ['--object-format=sha256'] : []
  if (!(await git.run('init', '--quiet', '--template=', ...format))) return false
  for (const [key, value] of settings) if (!(await set(git, key, value))) return false
  return settle(git, context, origin.address)
}

async function settle(git: SlaveGit, { workdir }: StepContext, address: string): Promise<boolean> {
  // Scripts of a project copy their hooks there, and a clone by hand has the folder. A slave that
  // can't make it builds all the same.
  await git.makeFolder(`${workdir}/.git/hooks`)
  return (
    (await keepHooksOut(git)) &&
    (await set(git, 'remote.origin.fetch', ALL_BRANCHES)) &&
    (await set(git, REMOTE, address)) &&
    (await set(git, ADDRESS, address))
  )
}

// Only where the person has hooks for all repositories: programs that install hooks of a
// project refuse to do so in a checkout that says where its hooks are.
async function keepHooksOut(git: SlaveGit): Promise<boolean> {
  if ((await git.ask('config', '--get', 'core.hooksPath')) === undefined) return true
  return set(git, 'core.hooksPath', '.git/hooks')
}

function set(git: SlaveGit, key: string, value: string): Promise<boolean> {
  return git.run('config', '--local', '--replace-all', key, value)
}

/** What a checkout has of its own, whatever the person at that machine has configured. */
function settingsOf({ session }: StepContext): readonly Setting[] {
  // Files are as they are in the commit. Windows has ends of lines of its own, and short paths.
  return session.info.system === 'nt' ? [['core.longPaths', 'true']] : [['core.autocrlf', 'false']]
}
