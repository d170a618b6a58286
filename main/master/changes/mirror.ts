import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Git, GitError, gitOf, NO_TEMPLATE, readerOf } from './git.ts'
import { type Refs, readServer } from './refs.ts'

/** A copy of a repository on another machine: history only, without its files, for asking what is new. */
export interface Mirror {
  /** The refs of the server, now. */
  refs(): Promise<Refs>
  /**
   * Brings the commits of these branches here; branches that are in neither list of names are
   * forgotten. Gives the branches that were gone by then.
   */
  fetch(branches: readonly string[], all: Iterable<string>): Promise<ReadonlySet<string>>
  /** Brings the newest commit of a branch here, with its files and without what was before. Gives its revision. */
  fetchFiles(branch: string): Promise<string>
  /** Reads what is here. */
  readonly git: Git
}

export interface MirrorOptions {
  readonly folder: string
  readonly address: string
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** After this, a server that does not answer is given up. */
  readonly timeoutMs?: number
}

// Branches by their hash: where `topic` went and `topic/one` came, one name is a folder of the other.
const OURS = 'refs/branches/'

export function openMirror(options: MirrorOptions): Mirror {
  const { folder, address, env, signal, timeoutMs } = options
  const git = gitOf(folder, env, signal, timeoutMs)
  const reader = readerOf(folder, env, signal)
  let format: string | undefined

  return { refs, fetch, fetchFiles, git: reader }

  async function refs(): Promise<Refs> {
    await make()
    const found = await readServer(git, address)
    const [tip] = found.tips.values()
    if (tip !== undefined) await make(tip.length === 64 ? 'sha256' : 'sha1')
    return found
  }

  // The format of a repository is known once it has a commit.
  async function make(wanted?: string): Promise<void> {
    const isThere = existsSync(join(folder, 'HEAD'))
    if (isThere && format === undefined)
      format = await reader('rev-parse', '--show-object-format').then(
        said => said.trim(),
        () => 'none',
      )
    if (isThere && format !== 'none' && (wanted === undefined || wanted === format)) return
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    format = wanted ?? 'sha1'
    await git('init', '--quiet', '--bare', NO_TEMPLATE, `--object-format=${format}`)
  }

  async function fetch(
    branches: readonly string[],
    all: Iterable<string>,
  ): Promise<ReadonlySet<string>> {
    await tidy(new Set([...all].map(nameOf)))
    const gone = new Set<string>()
    for (;;) {
      const wanted = branches.filter(branch => !gone.has(branch))
      if (wanted.length === 0) return gone
      try {
        await fetchThese(wanted)
        return gone
      } catch (error) {
        // Deleted since the server was asked: that costs this branch, and none of the others.
        const name = /couldn't find remote ref refs\/heads\/(.+)$/.exec(
          (error as Error).message,
        )?.[1]
        if (!(error instanceof GitError) || name === undefined || !wanted.includes(name))
          throw error
        gone.add(name)
      }
    }
  }

  async function fetchThese(branches: readonly string[]): Promise<void> {
    const specs = branches.map(branch => `+refs/heads/${branch}:${nameOf(branch)}\n`)
    const args = ['--quiet', '--force', '--no-tags', '--no-write-fetch-head', '--stdin']
    // Commits and names of files are all that is asked for; servers that can't filter send everything.
    await git.feed(specs.join(''), 'fetch', ...args, '--filter=blob:none', '--', address)
  }

  async function fetchFiles(branch: string): Promise<string> {
    const spec = `+refs/heads/${branch}:${nameOf(branch)}`
    const args = ['--quiet', '--no-tags', '--no-write-fetch-head', '--depth=1', '--stdin']
    await git.feed(`${spec}\n`, 'fetch', ...args, '--', address)
    return (await reader('rev-parse', '--verify', nameOf(branch))).trim()
  }

  /** Names of branches that are gone go, and those that an older version had give place to ours. */
  async function tidy(wanted: ReadonlySet<string>): Promise<void> {
    const said = await reader('for-each-ref', '--format=%(objectname) %(refname)')
    const orders = said.split('\n').flatMap(line => {
      const [, revision, name] = /^(\S+) (.+)$/.exec(line) ?? []
      if (!revision || !name) return []
      if (name.startsWith(OURS)) return wanted.has(name) ? [] : [`delete ${name}`]
      const branch = /^refs\/heads\/(.+)$/.exec(name)?.[1]
      const ours = branch === undefined ? undefined : nameOf(branch)
      const kept = ours !== undefined && wanted.has(ours) ? [`update ${ours} ${revision}`] : []
      return [...kept, `delete ${name}`]
    })
    if (orders.length > 0) await git.feed(`${orders.join('\n')}\n`, 'update-ref', '--stdin')
  }
}

function nameOf(branch: string): string {
  return `${OURS}${createHash('sha256').update(branch).digest('hex').slice(0, 40)}`
}
