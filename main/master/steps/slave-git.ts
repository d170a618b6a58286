import type { GitStep } from '../config/model.ts'
import { loginSettings, loginVariables } from '../git/address.ts'
import { MISLEADING, OWN_WAYS, quietGit } from '../git/quiet.ts'
import { glob } from './glob.ts'
import type { StepContext } from './step.ts'

/** Git in the workdir of a step, on its slave. */
export interface SlaveGit {
  /** Whether it succeeded. What fails beside the locks of a git that was killed is tried again without them. */
  run(...args: string[]): Promise<boolean>
  /** The same for what changes files of the checkout: folders in its way are made writable. */
  work(...args: string[]): Promise<boolean>
  /** What it wrote on standard output; `undefined` when it failed. */
  ask(...args: string[]): Promise<string | undefined>
  /** Whether there is such a commit in the checkout. */
  has(revision: string): Promise<boolean>
  /** Whether there is such a file or folder in the workdir. */
  exists(name: string): Promise<boolean>
  /** Removes what lies at this path. */
  remove(path: string): Promise<boolean>
  /** Makes a folder, with those above it; one that is there stays as it is. */
  makeFolder(path: string): Promise<boolean>
}

/** These may run hooks or go into submodules; the rest reads, or writes into `.git` only. */
const MAY_RUN_OTHERS = ['clone', 'fetch', 'checkout', 'submodule', 'update-ref']

export function slaveGit(config: GitStep, context: StepContext): SlaveGit {
  const { workdir } = context
  return { run, work, ask, has, exists, remove, makeFolder }

  async function run(...args: string[]): Promise<boolean> {
    const { rc, failureReason } = await start(args)
    if (rc === 0) return true
    // What took too long would take too long again.
    if (failureReason !== null) return false
    return (await removeLocks()) && (await start(args)).rc === 0
  }

  async function work(...args: string[]): Promise<boolean> {
    return (await run(...args)) || ((await makeWritable()) && (await start(args)).rc === 0)
  }

  async function ask(...args: string[]): Promise<string | undefined> {
    let said = ''
    const { rc } = await start(args, bytes => {
      said += Buffer.from(bytes).toString('latin1')
    })
    return rc === 0 ? Buffer.from(said, 'latin1').toString().trim() : undefined
  }

  async function has(revision: string): Promise<boolean> {
    const { rc } = await start(['rev-parse', '--quiet', '--verify', `${revision}^{commit}`])
    return rc === 0
  }

  async function exists(name: string): Promise<boolean> {
    return (await context.run('stat', { path: `${workdir}/${name}` })).rc === 0
  }

  async function remove(path: string): Promise<boolean> {
    return (await context.run('rmdir', { paths: [path] })).rc === 0
  }

  async function makeFolder(path: string): Promise<boolean> {
    return (await context.run('mkdir', { paths: [path] })).rc === 0
  }

  function start(args: readonly string[], onStdout?: (bytes: Uint8Array) => void) {
    const mayRunOthers = MAY_RUN_OTHERS.includes(args[0]!)
    const login = mayRunOthers ? context.login : null
    const settings = login ? loginSettings(context.source.repository) : []
    const ways = [
      // Its own limit is 260 characters, and our folders use 80 of them.
      ...(context.session.info.system === 'nt' ? ['-c', 'core.longpaths=true'] : []),
      ...(mayRunOthers ? OWN_WAYS : []),
      ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ]
    return context.shell({
      command: ['git', ...ways, ...args],
      limits: config,
      env: {
        ...Object.fromEntries(MISLEADING.map(name => [name, null])),
        ...quietGit(context.session.info.platform),
        ...(login && loginVariables(login)),
        // Where our folder holds no sound repository, git must not take one that is further up for it.
        GIT_CEILING_DIRECTORIES: parentOf(workdir),
      },
      brief: true,
      ...(onStdout && { onStdout }),
    })
  }

  // Go's module cache, for one, is without write permission. Files of .git stay as they are:
  // they may be the same as those of the repository that they were cloned from.
  async function makeWritable(): Promise<boolean> {
    if (context.session.info.system === 'nt') return false
    const git = ['-path', './.git', '-prune']
    const closed = ['-type', 'd', '!', '-perm', '-700', '-print']
    const open = ['-exec', 'chmod', 'u+rwx', '{}', ';']
    const command = ['find', '.', ...git, '-o', ...closed, ...open]
    let said = ''
    const { rc } = await context.shell({
      command,
      limits: config,
      brief: true,
      onStdout: bytes => void (said += Buffer.from(bytes).toString('latin1')),
    })
    return rc === 0 && said !== ''
  }

  // Nobody else works in this folder, so whoever made them is gone.
  async function removeLocks(): Promise<boolean> {
    const files = (await glob(context, '.git/**/*.lock')) ?? []
    if (files.length === 0) return false
    await context.note(`removing what a git that was killed left: ${files.join(', ')}\n`)
    await context.run('rmdir', { paths: files.map(file => `${workdir}/${file}`) })
    return true
  }
}

function parentOf(folder: string): string {
  return folder.replace(/[\\/]+[^\\/]*$/, '')
}
