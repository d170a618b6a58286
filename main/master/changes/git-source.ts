import { mkdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { watch } from 'chokidar'
import picomatch from 'picomatch'
import { type Clock, every } from '../clock.ts'
import type { ProjectConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { NewChange } from '../db/changes.ts'
import type { AsyncStop } from '../model.ts'
import { buildFolder } from '../process/build-folder.ts'
import { type Commit, type Git, gitIn, readBranches, readCommits } from './git.ts'

export interface GitSourceOptions {
  readonly data: Data
  readonly clock: Clock
  readonly project: ProjectConfig
  /** Copies of repositories on other machines: history only, for asking what is new. */
  readonly mirrors: string
  /** The environment for git. */
  readonly env: Readonly<Record<string, string>>
  readonly onTrouble: (reason: string) => void
}

export interface GitSource {
  /** Looks now. Resolves when everything found is in history. */
  look(): Promise<void>
  stop: AsyncStop
}

/** Of one push, so that a flood does not bury the waterfall; the tip is always among them. */
const MOST_CHANGES = 200
// Git writes several files for one commit.
const SETTLE_MS = 40

/**
 * Finds new commits of a project's repository. One on this machine is watched,
 * and any is looked at every so often. How far each branch was seen is history's,
 * so what was pushed while the master was away is found at the next start.
 */
export function startGitSource(options: GitSourceOptions): GitSource {
  const { data, clock, project } = options
  const abort = new AbortController()
  const wanted = picomatch([...project.branches], { dot: true })
  let looking: Promise<void> | undefined
  let again = false
  let closeWatch: AsyncStop | undefined
  const stopPolling =
    project.pollMs === null ? () => {} : every(clock, project.pollMs, () => void look())
  if (project.pollMs !== null) {
    void look()
    void startWatching()
  }

  return {
    look,
    async stop() {
      stopPolling()
      abort.abort()
      await closeWatch?.()
      await looking
    },
  }

  // One look at a time; asked again meanwhile, it looks once more.
  function look(): Promise<void> {
    if (looking) {
      again = true
      return looking
    }
    looking = (async () => {
      do {
        again = false
        await lookOnce()
      } while (again && !abort.signal.aborted)
    })().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function lookOnce(): Promise<void> {
    try {
      const local = localPath(project.repository)
      if (local !== undefined) await mustBeThere(local)
      const { own, tips: all } = await readBranches(
        gitIn(undefined, options.env, abort.signal),
        project.repository,
      )
      const tips = new Map([...all].filter(([branch]) => wanted(branch)))
      if (own !== null && own !== data.ownBranch(project.name)) data.setOwnBranch(project.name, own)
      const known = data.branchTips(project.name)
      if (known.size === 0) await greet(tips)
      else await compare(tips, known)
      const checkedAt = clock.now()
      data.setSourceState(project.name, {
        state: all.size === 0 ? 'empty' : 'watching',
        checkedAt,
      })
      if (!closeWatch && project.pollMs !== null) await startWatching()
    } catch (error) {
      if (abort.signal.aborted) return
      const reason = (error as Error).message
      const before = data.projects().find(one => one.name === project.name)?.source
      const since = before?.state === 'away' ? before.since : clock.now()
      if (before?.state !== 'away' || before.reason !== reason)
        data.setSourceState(project.name, { state: 'away', since, reason })
    }
  }

  // A big history is no news: of a repository seen for the first time only the tip of its own branch is.
  async function greet(tips: ReadonlyMap<string, string>) {
    const git = await historyOf([...tips.keys()].slice(0, 1))
    let first = true
    for (const [branch, revision] of tips) {
      const commits = first ? await readCommits(git, ['-1', revision], 1) : []
      move(branch, revision, commits, 'first')
      first = false
    }
  }

  async function compare(tips: ReadonlyMap<string, string>, known: ReadonlyMap<string, string>) {
    const moved = [...tips].filter(([branch, revision]) => known.get(branch) !== revision)
    const git = moved.length > 0 ? await historyOf(moved.map(([branch]) => branch)) : undefined
    for (const [branch, revision] of moved) {
      const before = known.get(branch)
      if (before === undefined) {
        const others = [...known.values()].map(tip => `^${tip}`)
        const commits = await readNew(git!, [revision, ...(await only(git!, others))])
        move(
          branch,
          revision,
          await orTip(git!, commits, revision),
          commits.length > 0 ? null : 'new-branch',
        )
        continue
      }
      const ancestor = await succeeds(git!, 'merge-base', '--is-ancestor', before, revision)
      if (!ancestor) data.addEvent('branch-reset', `${project.name} ${branch}`, before)
      const commits = await readNew(git!, [revision, ...(await only(git!, [`^${before}`]))])
      move(branch, revision, await orTip(git!, commits, revision), ancestor ? null : 'reset')
    }
    for (const branch of known.keys())
      if (!tips.has(branch)) {
        data.moveBranch({ project: project.name, branch, revision: null, changes: [] })
        data.addEvent('branch-deleted', `${project.name} ${branch}`)
      }
  }

  function move(
    branch: string,
    revision: string,
    commits: readonly Commit[],
    category: string | null,
  ) {
    const changes = commits.map(
      (commit): NewChange => ({
        ...commit,
        project: project.name,
        repository: project.repository,
        branch,
        category,
      }),
    )
    data.moveBranch({ project: project.name, branch, revision, changes })
  }

  /** Git where the history of these branches can be read. */
  async function historyOf(branches: readonly string[]): Promise<Git> {
    const local = localPath(project.repository)
    if (local !== undefined) return gitIn(local, options.env, abort.signal)
    const folder = join(options.mirrors, `${buildFolder(project.name)}.git`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const git = gitIn(folder, options.env, abort.signal)
    await git('init', '--quiet', '--bare')
    const specs = branches.map(branch => `+refs/heads/${branch}:refs/heads/${branch}`)
    // Commits and names of files are all that is asked for; servers that can't filter send everything.
    if (specs.length > 0)
      await git(
        'fetch',
        '--quiet',
        '--force',
        '--no-tags',
        '--filter=blob:none',
        '--',
        project.repository,
        ...specs,
      )
    return git
  }

  function readNew(git: Git, range: readonly string[]): Promise<Commit[]> {
    // Without anything to leave out, a whole history would be new.
    return range.length === 1 ? Promise.resolve([]) : readCommits(git, range, MOST_CHANGES)
  }

  // A branch that moved to a commit which is not new is still something to build.
  function orTip(git: Git, commits: Commit[], revision: string): Promise<Commit[]> {
    return commits.length > 0 ? Promise.resolve(commits) : readCommits(git, ['-1', revision], 1)
  }

  // After a force-push the old commits may have been thrown away.
  async function only(git: Git, excluded: readonly string[]): Promise<string[]> {
    const there: string[] = []
    for (const one of new Set(excluded))
      if (await succeeds(git, 'cat-file', '-e', `${one.slice(1)}^{commit}`)) there.push(one)
    return there
  }

  async function startWatching(): Promise<void> {
    const local = localPath(project.repository)
    if (local === undefined || closeWatch) return
    closeWatch = async () => {}
    try {
      const git = gitIn(local, options.env, abort.signal)
      const folder = resolve(local, (await git('rev-parse', '--git-common-dir')).trim())
      if (abort.signal.aborted) return
      const paths = ['HEAD', 'packed-refs', 'refs/heads', 'reftable'].map(name =>
        join(folder, name),
      )
      const watcher = watch(paths, { ignoreInitial: true })
      let settling: (() => void) | undefined
      watcher.on('all', () => {
        settling?.()
        settling = clock.after(SETTLE_MS, () => void look())
      })
      watcher.on('error', error =>
        options.onTrouble(`watching ${local}: ${(error as Error).message}`),
      )
      closeWatch = async () => {
        settling?.()
        await watcher.close()
      }
    } catch {
      // Not there yet, or no repository: looking will say so, and watching begins when it has come.
      closeWatch = undefined
    }
  }
}

/** The folder of a repository on this machine; `undefined` for one that is reached over a network. */
export function localPath(repository: string): string | undefined {
  if (repository.startsWith('file://')) return fileURLToPath(repository)
  return repository.startsWith('/') || /^[A-Za-z]:[\\/]/.test(repository) ? repository : undefined
}

async function mustBeThere(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (!found) throw new Error(`${folder} is not there`)
}

async function succeeds(git: Git, ...args: string[]): Promise<boolean> {
  return git(...args).then(
    () => true,
    () => false,
  )
}
