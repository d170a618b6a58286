import { existsSync, mkdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { watch } from 'chokidar'
import { alone } from '../boundary.ts'
import { type Clock, every } from '../clock.ts'
import type { ProjectConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { NewChange } from '../db/changes.ts'
import { nameMatcher } from '../globs.ts'
import type { AsyncStop } from '../model.ts'
import { buildFolder } from '../process/build-folder.ts'
import { isStorageTrouble } from '../storage-trouble.ts'
import { type BranchMove, type BranchTip, findMoves, inPieces } from './branch-moves.ts'
import { openCommitReader } from './commit-reader.ts'
import { type Commit, readCommits } from './commits.ts'
import { lookIntoFolder } from './folder-look.ts'
import type { Git } from './git.ts'
import { localPath } from './local-path.ts'
import { mustBeReadable } from './mac-privacy.ts'
import { openMirror } from './mirror.ts'
import { type Refs, readFolder } from './refs.ts'

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

const MOST_TAGS = 20
const MOST_ODD = 5
// Branches that are recorded in one transaction.
const AT_ONCE = 16
const NO_COMMIT = 'it points to no commit that can be read'
// Git writes several files for one commit.
const SETTLE_MS = 40
const RETRY_MS = 1000

/**
 * Finds new commits of a project's repository. One on this machine is watched,
 * and any is looked at every so often. How far each branch was seen is history's,
 * so what was pushed while the master was away is found at the next start.
 */
export function startGitSource(options: GitSourceOptions): GitSource {
  const { data, clock, project } = options
  const abort = new AbortController()
  const wanted = nameMatcher(project.branches)
  const local = localPath(project.repository)
  let opened: Promise<Place> | undefined
  let looking: Promise<void> | undefined
  let again = false
  let closeWatch: AsyncStop | undefined
  const stopPolling = project.pollMs === null ? () => {} : every(clock, project.pollMs, lookAlone)
  if (project.pollMs !== null) {
    lookAlone()
    alone(startWatching(), tellFault)
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

  function lookAlone() {
    alone(look(), tellFault)
  }

  function tellFault(error: unknown) {
    options.onTrouble(`looking at ${project.name}: ${(error as Error).message}`)
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
      const place = await openPlace()
      const refs = await place.refs()
      const { own, tips: all } = refs
      if (own !== null && own !== data.ownBranch(project.name)) data.setOwnBranch(project.name, own)
      const known = data.branchTips(project.name)
      const tips = new Map([...all].filter(([branch]) => wanted(branch)))
      const odd = new Map(refs.odd)
      if (known.size === 0) await greet(place, refs, tips, odd)
      else await compare(place, refs, tips, known, odd)
      passOver(refs, known)
      await tellTags(place, refs)
      const trouble = tellOdd(odd)
      data.setSourceState(project.name, {
        state: all.size === 0 ? 'empty' : 'watching',
        checkedAt: clock.now(),
        ...(trouble !== null && { trouble }),
      })
      if (!closeWatch && project.pollMs !== null) await startWatching()
    } catch (error) {
      if (abort.signal.aborted) return
      if (isStorageTrouble(error)) {
        // The repository is well; what was found is found again once it can be stored.
        again = true
        await data.writable().catch(() => {})
        await delay(RETRY_MS, undefined, { signal: abort.signal }).catch(() => {})
        return
      }
      opened = undefined
      if (local !== undefined && !existsSync(local)) {
        // When it is back it is another folder, which is watched anew.
        await closeWatch?.()
        closeWatch = undefined
      }
      const reason = printable((error as Error).message)
      const before = data.projects().find(one => one.name === project.name)?.source
      const since = before?.state === 'away' ? before.since : clock.now()
      if (before?.state !== 'away' || before.reason !== reason)
        data.setSourceState(project.name, { state: 'away', since, reason })
    }
  }

  async function openPlace(): Promise<Place> {
    if (local !== undefined) await mustBeThere(local)
    // One at a time: the look and the watch begin together.
    return (opened ??= local !== undefined ? openFolder(local) : openServer())
  }

  async function openFolder(folder: string): Promise<Place> {
    mkdirSync(options.mirrors, { recursive: true, mode: 0o700 })
    const look = await lookIntoFolder(folder, {
      at: join(options.mirrors, `${project.folder ?? buildFolder(project.name)}.look`),
      env: options.env,
      signal: abort.signal,
      upwards: false,
    })
    return {
      git: look.git,
      commonDir: look.commonDir,
      refs: async () => readFolder(look.git, await look.refresh()),
      bring: async () => new Set(),
    }
  }

  async function openServer(): Promise<Place> {
    const mirror = openMirror({
      folder: join(options.mirrors, `${project.folder ?? buildFolder(project.name)}.git`),
      address: project.repository,
      env: options.env,
      signal: abort.signal,
    })
    return { git: mirror.git, refs: mirror.refs, bring: mirror.fetch }
  }

  // A big history is no news: of a repository seen for the first time only the tip of its own branch is.
  async function greet(
    place: Place,
    { tips: all }: Refs,
    tips: ReadonlyMap<string, string>,
    odd: Map<string, string>,
  ) {
    const [first] = tips
    if (!first) return
    const [branch, revision] = first
    await place.bring([branch], all.keys())
    const commits = await readCommits(place.git, [revision])
    if (commits.length === 0) odd.set(`refs/heads/${branch}`, NO_COMMIT)
    // All or none: the branches of a repository that is half known would be news.
    data.together(() => {
      for (const [name, tip] of tips) move(name, tip, name === branch ? commits : [], 'first')
    })
  }

  /**
   * What has moved becomes changes. Which commits are new is found out for all branches
   * by one process of git, and what they say is read by another, in pieces: a branch does
   * not wait for those behind it, and one that can't be read costs itself.
   */
  async function compare(
    place: Place,
    { tips: all }: Refs,
    tips: ReadonlyMap<string, string>,
    before: ReadonlyMap<string, string>,
    odd: Map<string, string>,
  ) {
    const changed = [...tips].filter(([branch, revision]) => before.get(branch) !== revision)
    if (changed.length === 0) return
    const gone = await place.bring(
      changed.map(([branch]) => branch),
      all.keys(),
    )
    const reader = openCommitReader(place.git)
    try {
      const there: BranchTip[] = []
      for (const [branch, revision] of changed.filter(([name]) => !gone.has(name)))
        if (await reader.read(revision)) there.push({ branch, revision })
        else odd.set(`refs/heads/${branch}`, NO_COMMIT)
      for (const piece of inPieces(await findMoves(reader, there, before))) {
        const found = piece.flatMap(({ commits }) => commits)
        const read = await readCommits(place.git, [...new Set(found)])
        const known = new Map(read.map(commit => [commit.revision, commit]))
        for (let i = 0; i < piece.length; i += AT_ONCE) {
          data.together(() => {
            for (const one of piece.slice(i, i + AT_ONCE))
              if (known.has(one.revision)) record(one, known, before.get(one.branch))
              else odd.set(`refs/heads/${one.branch}`, NO_COMMIT)
          })
          // Whoever asks the master something meanwhile is answered.
          await setImmediate()
        }
      }
    } finally {
      reader.stop()
    }
  }

  // Call it within an update: changes, and how far the branch was seen, are one.
  function record(
    { branch, revision, commits, category, leftOut }: BranchMove,
    known: ReadonlyMap<string, Commit>,
    last: string | undefined,
  ) {
    const name = `${project.name} ${branch}`
    const missing = commits.filter(one => !known.has(one)).length
    if (category === 'reset') data.addEvent('branch-reset', name, last)
    if (leftOut + missing > 0) data.addEvent('commits-left-out', name, String(leftOut + missing))
    const found = commits.flatMap(one => known.get(one) ?? [])
    move(branch, revision, found, category)
  }

  // How far the branches are that nobody asked for: once somebody does, their past is no news.
  function passOver({ tips: all, odd }: Refs, known: ReadonlyMap<string, string>) {
    const strange = [...all].filter(([branch, tip]) => !wanted(branch) && known.get(branch) !== tip)
    // A branch whose file can't be read just now is not deleted.
    const gone = [...known.keys()].filter(name => !all.has(name) && !odd.has(`refs/heads/${name}`))
    if (strange.length + gone.length === 0) return
    data.together(() => {
      for (const [branch, revision] of strange) move(branch, revision, [], null)
      for (const branch of gone) {
        data.moveBranch({ project: project.name, branch, revision: null, changes: [] })
        if (wanted(branch)) data.addEvent('branch-deleted', `${project.name} ${branch}`)
      }
    })
  }

  // Those of a repository seen for the first time are no news.
  async function tellTags({ git }: Place, { tags }: Refs) {
    const known = data.knownTags(project.name)
    const fresh = known === null ? [] : [...tags].filter(([tag]) => !known.has(tag))
    if (known?.size === tags.size && fresh.length === 0) return
    const told = fresh.slice(-MOST_TAGS)
    const commits = await targetsOf(
      git,
      told.map(([, revision]) => revision),
    )
    data.together(() => {
      for (const [tag, revision] of told)
        data.addEvent('tag-made', `${project.name} ${tag}`, commits.get(revision) ?? revision)
      if (fresh.length > told.length)
        data.addEvent('tags-left-out', project.name, String(fresh.length - told.length))
      data.setKnownTags(project.name, [...tags.keys()])
    })
  }

  // In words, and once in history for each new set of them.
  function tellOdd(odd: ReadonlyMap<string, string>): string | null {
    const said = [...odd].map(([name, why]) => `${printable(name)}: ${why}`).sort()
    const words = said.slice(0, MOST_ODD).join('; ')
    const trouble =
      said.length > MOST_ODD ? `${words}; and ${said.length - MOST_ODD} more` : words || null
    if ((trouble ?? '') === data.oddRefs(project.name)) return trouble
    data.together(() => {
      if (trouble !== null) data.addEvent('refs-passed-over', project.name, trouble)
      data.setOddRefs(project.name, trouble ?? '')
    })
    return trouble
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

  async function startWatching(): Promise<void> {
    if (local === undefined || closeWatch) return
    closeWatch = async () => {}
    try {
      const { commonDir } = await openPlace()
      if (abort.signal.aborted) return
      const names = ['HEAD', 'packed-refs', 'refs/heads', 'refs/tags', 'reftable']
      const paths = names.map(name => join(commonDir!, name))
      const watcher = watch(paths, { ignoreInitial: true })
      let settling: (() => void) | undefined
      const lookSoon = () => {
        settling?.()
        settling = clock.after(SETTLE_MS, lookAlone)
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

/** Where the refs and commits of a project are read. */
interface Place {
  readonly git: Git
  /** Of a folder: what all work trees of the repository share. */
  readonly commonDir?: string
  refs(): Promise<Refs>
  /** Makes the commits of these branches readable. Gives the branches that were gone by then. */
  bring(branches: readonly string[], all: Iterable<string>): Promise<ReadonlySet<string>>
}

/** The commits that tags point to, by what git says that they are: tags with a message are objects of their own. */
async function targetsOf(git: Git, tags: readonly string[]): Promise<Map<string, string>> {
  if (tags.length === 0) return new Map()
  const lines = tags.map(tag => `${tag}^{}\n`).join('')
  const { said } = await git.feed(lines, 'cat-file', '--batch-check=%(objectname)')
  const found = said.split('\n')
  return new Map(
    tags.flatMap((tag, i) => (/^[0-9a-f]+$/.test(found[i] ?? '') ? [[tag, found[i]!]] : [])),
  )
}

/** A text as it can be shown: names of broken refs hold anything, and so does what a server says. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?')
}

async function mustBeThere(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (!found) throw new Error(`${folder} is not there`)
  await mustBeReadable(folder)
}
