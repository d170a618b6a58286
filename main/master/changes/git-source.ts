import { existsSync, mkdirSync } from 'node:fs'
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
const MOST_TAGS = 20
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
      const {
        own,
        tips: all,
        tags,
      } = await readBranches(gitIn(undefined, options.env, abort.signal), project.repository)
      if (own !== null && own !== data.ownBranch(project.name)) data.setOwnBranch(project.name, own)
      const known = data.branchTips(project.name)
      const tips = new Map([...all].filter(([branch]) => wanted(branch)))
      if (known.size === 0) await greet(tips)
      else await compare(tips, known)
      passOver(all, known)
      tellTags(tags)
      const checkedAt = clock.now()
      data.setSourceState(project.name, {
        state: all.size === 0 ? 'empty' : 'watching',
        checkedAt,
      })
      if (!closeWatch && project.pollMs !== null) await startWatching()
    } catch (error) {
      if (abort.signal.aborted) return
      const local = localPath(project.repository)
      if (local !== undefined && !existsSync(local)) {
        // When it is back it is another folder, which is watched anew.
        await closeWatch?.()
        closeWatch = undefined
      }
      const reason = (error as Error).message
      const before = data.projects().find(one => one.name === project.name)?.source
      const since = before?.state === 'away' ? before.since : clock.now()
      if (before?.state !== 'away' || before.reason !== reason)
        data.setSourceState(project.name, { state: 'away', since, reason })
    }
  }

  // A big history is no news: of a repository seen for the first time only the tip of its own branch is.
  async function greet(tips: ReadonlyMap<string, string>) {
    const [first] = tips
    if (!first) return
    const commits = await readCommits(await historyOf([first[0]]), ['-1', first[1]], 1)
    // All or none: the branches of a repository that is half known would be news.
    data.together(() => {
      for (const [branch, revision] of tips)
        move(branch, revision, branch === first[0] ? commits : [], 'first')
    })
  }

  async function compare(tips: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>) {
    const known = new Map(before)
    // New branches last: what came with the one that they began at is not theirs.
    const moved = [...tips]
      .filter(([branch, revision]) => known.get(branch) !== revision)
      .sort(([a], [b]) => Number(before.has(b)) - Number(before.has(a)))
    const git = moved.length > 0 ? await historyOf(moved.map(([branch]) => branch)) : undefined
    for (const [branch, revision] of moved) {
      const last = known.get(branch)
      if (last === undefined) await begin(git!, branch, revision, [...known.values()])
      else await advance(git!, branch, revision, last)
      // What came with one branch is not new with the next.
      known.set(branch, revision)
    }
  }

  async function begin(git: Git, branch: string, revision: string, known: readonly string[]) {
    const commits = await readNew(git, revision, known)
    move(
      branch,
      revision,
      await orTip(git, commits, revision),
      commits.length > 0 ? null : 'new-branch',
    )
  }

  async function advance(git: Git, branch: string, revision: string, last: string) {
    const ancestor = await succeeds(git, 'merge-base', '--is-ancestor', last, revision)
    const commits = await orTip(git, await readNew(git, revision, [last]), revision)
    data.together(() => {
      if (!ancestor) data.addEvent('branch-reset', `${project.name} ${branch}`, last)
      move(branch, revision, commits, ancestor ? null : 'reset')
    })
  }

  // How far the branches are that nobody asked for: once somebody does, their past is no news.
  function passOver(all: ReadonlyMap<string, string>, known: ReadonlyMap<string, string>) {
    data.together(() => {
      for (const [branch, revision] of all)
        if (!wanted(branch) && known.get(branch) !== revision) move(branch, revision, [], null)
      for (const branch of known.keys()) {
        if (all.has(branch)) continue
        data.moveBranch({ project: project.name, branch, revision: null, changes: [] })
        if (wanted(branch)) data.addEvent('branch-deleted', `${project.name} ${branch}`)
      }
    })
  }

  // Those of a repository seen for the first time are no news.
  function tellTags(tags: ReadonlyMap<string, string>) {
    const known = data.knownTags(project.name)
    const fresh = known === null ? [] : [...tags].filter(([tag]) => !known.has(tag))
    if (known?.size === tags.size && fresh.length === 0) return
    data.together(() => {
      for (const [tag, revision] of fresh.slice(-MOST_TAGS))
        data.addEvent('tag-made', `${project.name} ${tag}`, revision)
      data.setKnownTags(project.name, [...tags.keys()])
    })
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

  async function readNew(git: Git, revision: string, known: readonly string[]): Promise<Commit[]> {
    const there = await only(git, known)
    // Without anything to leave out, a whole history would be new.
    if (there.length === 0) return []
    return readCommits(git, [revision, ...there.map(one => `^${one}`)], MOST_CHANGES)
  }

  // A branch that moved to a commit which is not new is still something to build.
  function orTip(git: Git, commits: Commit[], revision: string): Promise<Commit[]> {
    return commits.length > 0 ? Promise.resolve(commits) : readCommits(git, ['-1', revision], 1)
  }

  // After a force-push the old commits may have been thrown away.
  async function only(git: Git, revisions: readonly string[]): Promise<string[]> {
    const there: string[] = []
    for (const one of new Set(revisions))
      if (await succeeds(git, 'cat-file', '-e', `${one}^{commit}`)) there.push(one)
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
      const names = ['HEAD', 'packed-refs', 'refs/heads', 'refs/tags', 'reftable']
      const paths = names.map(name => join(folder, name))
      const watcher = watch(paths, { ignoreInitial: true })
      let settling: (() => void) | undefined
      const lookSoon = () => {
        settling?.()
        settling = clock.after(SETTLE_MS, () => void look())
      }
      watcher.on('all', lookSoon)
      // What came between the first look and now was not seen.
      watcher.on('ready', lookSoon)
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
