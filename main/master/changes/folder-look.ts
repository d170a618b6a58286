import {
  copyFile,
  lstat,
  mkdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { type Git, GitError, gitIn, readerOf, withoutPlace } from './git.ts'

export interface FolderLook {
  /** Reads the repository: its refs, its commits and its files. */
  readonly git: Git
  /** What all work trees of the repository share. */
  readonly commonDir: string
  /** The repository of this work tree. */
  readonly gitDir: string
  /** The folder that a person works in; `null` of a bare repository. */
  readonly top: string | null
  /** Brings up to date what could not be linked. Call it before each look. Gives the branch that HEAD names. */
  refresh(): Promise<string | null>
  /** The files of the work tree that are not as they are committed. */
  uncommitted(): Promise<string[]>
}

export interface FolderLookOptions {
  /** Where our own side of it is made, anew; nothing else may be there. */
  readonly at: string
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Whether the repository may begin above the folder. */
  readonly upwards: boolean
}

/**
 * A repository on this machine, looked at without running anything of it.
 *
 * Its configuration can name programs: watchers, filters, hooks, servers to fetch missing objects from.
 * So git is given a repository of ours, whose configuration we wrote, and which has nothing but
 * links to the refs and objects over there. Only where the repository is, is asked of git in
 * the folder itself; that reads and runs nothing.
 *
 * @throws GitError that says why it can't be looked at, as for a folder of another person.
 */
export async function lookIntoFolder(
  folder: string,
  { at, env, signal, upwards }: FolderLookOptions,
): Promise<FolderLook> {
  const place = withoutPlace({
    ...env,
    ...(upwards ? {} : { GIT_CEILING_DIRECTORIES: dirname(resolve(folder)) }),
  })
  const there = gitIn(folder, place, signal)
  const ask = ['--absolute-git-dir', '--git-common-dir', '--show-object-format']
  const noRepository = () => new GitError(`${folder} does not appear to be a git repository`)
  const said = await there('rev-parse', ...ask, '--is-bare-repository').catch((error: Error) => {
    if (upwards || !error.message.startsWith('not a git repository')) throw error
    throw noRepository()
  })
  const [gitDir, common, format, bare] = said.split(/\r?\n/) as [string, string, string, string]
  const commonDir = resolve(folder, common)
  const top =
    bare === 'true'
      ? null
      : await there('rev-parse', '--show-toplevel').then(
          line => line.replace(/\r?\n$/, ''),
          () => null,
        )
  // A ceiling does not hold git below a folder with a colon in its name.
  if (!upwards && !(await isWithin(folder, gitDir)) && !(top && (await isWithin(folder, top))))
    throw noRepository()
  await make()
  const git = readerOf(at, env, signal)
  return { git, gitDir, commonDir, top, refresh, uncommitted }

  async function make() {
    await rm(at, { recursive: true, force: true })
    await mkdir(join(at, 'info'), { recursive: true, mode: 0o700 })
    for (const name of ['refs', 'objects', 'reftable'])
      if (name !== 'reftable' || (await isThere(join(commonDir, name))))
        await symlink(join(commonDir, name), join(at, name), 'junction')
    const reftable = await isThere(join(at, 'reftable'))
    await writeFile(
      join(at, 'config'),
      `[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = ${format}\n${
        reftable ? '\trefStorage = reftable\n' : ''
      }`,
    )
    await refresh()
  }

  async function refresh(): Promise<string | null> {
    const head = await readHead(gitDir)
    await writeFile(join(at, 'HEAD'), head)
    for (const name of ['packed-refs', 'shallow', 'info/exclude'])
      await linkFile(join(commonDir, name), join(at, name))
    return /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1] ?? null
  }

  async function uncommitted(): Promise<string[]> {
    if (top === null) return []
    const plain = (await worksLike()).flatMap(one => ['-c', one])
    const index = { GIT_WORK_TREE: top, GIT_INDEX_FILE: join(gitDir, 'index') }
    const status = await readerOf(at, env, signal, index)(
      ...plain,
      'status',
      '--porcelain',
      '-z',
      '--no-renames',
      '--ignore-submodules=all',
    )
    // After the two letters that say what was done to it.
    const lines = status.split('\0').filter(line => line !== '')
    return lines.map(line => line.slice(3))
  }

  // How files are compared, and which are passed over. None of it can name a program.
  async function worksLike(): Promise<string[]> {
    const said = await there(
      'config',
      '-z',
      '--get-regexp',
      `^core\\.(${COMPARES.join('|')})$`,
    ).catch(() => '')
    return said
      .split('\0')
      .filter(one => one.includes('\n'))
      .map(one => one.replace('\n', '='))
  }
}

const COMPARES = [
  'filemode',
  'ignorecase',
  'precomposeunicode',
  'symlinks',
  'autocrlf',
  'eol',
  'excludesfile',
]

// HEAD of very old repositories is a link.
async function readHead(gitDir: string): Promise<string> {
  const path = join(gitDir, 'HEAD')
  const link = (await lstat(path)).isSymbolicLink() ? await readlink(path) : ''
  return link.startsWith('refs/') ? `ref: ${link}\n` : readFile(path, 'utf8')
}

// On Windows a person may not be allowed to make links to files.
async function linkFile(from: string, to: string): Promise<void> {
  try {
    await symlink(from, to, 'file')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && process.platform !== 'win32') return
    await copyFile(from, to).catch(() => rm(to, { force: true }))
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

async function isWithin(folder: string, path: string): Promise<boolean> {
  const [outer, inner] = await Promise.all([realpath(folder), realpath(path)])
  const way = relative(outer, inner)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
