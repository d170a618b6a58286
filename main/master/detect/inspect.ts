import { existsSync, type Stats } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { readCommits } from '../changes/commits.ts'
import { type FolderLook, lookIntoFolder } from '../changes/folder-look.ts'
import { type Git, GitError } from '../changes/git.ts'
import { localPath } from '../changes/local-path.ts'
import { mustBeReadable } from '../changes/mac-privacy.ts'
import { openMirror } from '../changes/mirror.ts'
import { type Refs, readFolder } from '../changes/refs.ts'
import { resolveRepository } from '../config/build.ts'
import type { Config } from '../config/model.ts'
import { splitAddress, withLogin } from '../git/address.ts'
import { detect } from './detectors.ts'
import { filesAt } from './files.ts'
import { forWindows } from './for-windows.ts'
import {
  type Finding,
  type Proposal,
  type RepositoryFacts,
  uncommittedFinding,
} from './proposal.ts'
import { checkTools } from './tools.ts'

export interface InspectOptions {
  readonly env: Readonly<Record<string, string>>
  readonly config: Config
  /** What relative paths begin at. */
  readonly folder: string
}

const NAMED_FILES = 10
const CLONE_MS = 60_000

/**
 * Looks at a repository, a folder or any URL that git clones, and proposes how to build it.
 *
 * @throws Error that says in one sentence why it can't be looked at.
 */
export async function inspectRepository(
  repository: string,
  options: InspectOptions,
): Promise<Proposal> {
  const given = repository.trim()
  if (given === '') throw new Error('Say which repository: a path, or any address that git clones.')
  const resolved = resolveRepository(given, options.folder)
  const local = localPath(resolved)
  if (local === undefined) return inspectRemote(resolved, options)
  const found = await statAsItIs(local).catch(() => undefined)
  if (!found) throw new Error(`${local} does not exist.`)
  if (!found.isDirectory())
    throw new Error(
      `${local} is a file; a folder with a git repository is needed. Point at ${dirname(local)}.`,
    )
  // Here a question of macOS makes sense to the person; at the first poll it would come out of nowhere.
  await mustBeReadable(local)
  return inOurFolder(async (at, signal) => {
    const look = await openLook(local, at, options, signal)
    const refs = await readFolder(look.git, await look.refresh())
    const facts = await factsOf(look.git, refs, refs.tips.get(branchOf(refs) ?? ''))
    const files = facts.head === null ? [] : await look.uncommitted().catch(() => [])
    const whole = {
      ...facts,
      uncommitted: files.length,
      uncommittedNames: files.slice(0, NAMED_FILES),
    }
    // Git has strokes of its own on Windows; the configuration has those of the system.
    return propose(resolve(look.top ?? look.gitDir), look.git, whole, options)
  }).catch(error => {
    if (!(error instanceof GitError)) throw error
    throw new Error(`${local} could not be read: ${error.message}`)
  })
}

// The fs of Electron takes a file *.asar for a folder, and decides so when a function is called.
function statAsItIs(path: string): Promise<Stats> {
  const electron = process as { noAsar?: boolean }
  const { noAsar = false } = electron
  electron.noAsar = true
  try {
    return stat(path)
  } finally {
    electron.noAsar = noAsar
  }
}

/** Works in a folder that is gone afterwards. */
async function inOurFolder<T>(work: (at: string, signal: AbortSignal) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'triphammer-look-'))
  const abort = new AbortController()
  try {
    return await work(join(folder, 'repository'), abort.signal)
  } finally {
    abort.abort()
    await rm(folder, { recursive: true, force: true })
  }
}

async function openLook(
  folder: string,
  at: string,
  { env }: InspectOptions,
  signal: AbortSignal,
): Promise<FolderLook> {
  try {
    return await lookIntoFolder(folder, { at, env, signal, upwards: true })
  } catch (error) {
    if ((error as Error).message.includes('not a git repository'))
      throw new Error(await whyNone(folder))
    throw new Error(`${folder}: ${(error as Error).message}`)
  }
}

async function whyNone(folder: string): Promise<string> {
  const inside = await repositoriesIn(folder)
  if (inside.length > 0)
    return `${folder} is not a git repository; there is one in ${inside
      .slice(0, 3)
      .map(name => join(folder, name))
      .join(', in ')}. Point at that.`
  return `${folder} is not a git repository. Make it one, then add it again: git init && git add --all && git commit -m "Begin"`
}

async function repositoriesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
  return names.sort().filter(name => existsSync(join(folder, name, '.git')))
}

async function inspectRemote(url: string, options: InspectOptions): Promise<Proposal> {
  const split = splitAddress(url)
  const { address } = split
  try {
    return await inOurFolder(async (folder, signal) => {
      const env = withLogin(options.env, split)
      const mirror = openMirror({ folder, address, env, signal, timeoutMs: CLONE_MS })
      const refs = await mirror.refs()
      const branch = branchOf(refs)
      const tip = branch === null ? undefined : await mirror.fetchFiles(branch)
      const facts = await factsOf(mirror.git, refs, tip)
      return propose(url, mirror.git, { ...facts, uncommitted: 0, uncommittedNames: [] }, options)
    })
  } catch (error) {
    throw new Error(`${address} could not be read: ${(error as Error).message}`)
  }
}

/** The branch that is looked at: the repository's own, else any. */
function branchOf({ own, tips }: Refs): string | null {
  return own ?? tips.keys().next().value ?? null
}

async function factsOf(
  git: Git,
  refs: Refs,
  revision: string | undefined,
): Promise<Omit<RepositoryFacts, 'uncommitted' | 'uncommittedNames'>> {
  const branch = branchOf(refs)
  if (revision === undefined) return { branch, otherBranches: 0, head: null }
  const [commit] = await readCommits(git, [revision])
  if (!commit) throw new Error(`the newest commit of branch ${branch} can't be read`)
  const subject = commit.comments.split('\n', 1)[0]!
  return {
    branch,
    otherBranches: refs.tips.size - 1,
    head: { revision, who: commit.who, at: commit.at ?? Date.now(), subject },
  }
}

/** Whether two addresses mean one repository: folders of Windows and macOS do not mind case. */
function isSameAddress(one: string, other: string): boolean {
  if (process.platform !== 'win32' && process.platform !== 'darwin') return one === other
  return one.toLowerCase() === other.toLowerCase()
}

async function propose(
  repository: string,
  git: Git,
  facts: RepositoryFacts,
  { config, env }: InspectOptions,
): Promise<Proposal> {
  const detected = await detect(await filesAt(git, facts.head?.revision ?? null))
  const detection = process.platform === 'win32' ? forWindows(detected) : detected
  const { address } = splitAddress(repository)
  const known = config.projects.find(project => isSameAddress(project.repository, address))
  const name =
    known?.name ??
    unused(
      projectName(repository),
      config.projects.map(project => project.name),
    )
  return {
    address,
    draft: {
      project: name,
      repository,
      builder: unused(
        name,
        config.builders.map(builder => builder.name),
      ),
      slaves: [],
      start: 'anyBranch',
      branch: facts.branch,
      steps: [{ kind: 'git', name: 'git', text: '' }, ...detection.steps],
    },
    found: detection.found,
    repository: facts,
    ready: [...(await checkTools(detection.tools, env)), ...checkRepository(facts)],
  }
}

function projectName(repository: string): string {
  const last = basename(repository.replace(/[\\/]+$/, '').replace(/\.git$/, '')) || 'project'
  // The rule of names in master.yml.
  const safe = last.replace(/[^\p{L}\p{N} ._+-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '')
  return safe.slice(0, 60).replace(/[ -]+$/, '') || 'project'
}

function unused(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name
  for (let i = 2; ; i++) if (!taken.includes(`${name} ${i}`)) return `${name} ${i}`
}

function checkRepository(facts: RepositoryFacts): Finding[] {
  const own: Finding = {
    what: 'Your own checkout stays untouched',
    detail: 'Builds work in a copy.',
    tone: 'good',
  }
  if (!facts.head)
    return [
      own,
      { what: 'No commit yet', detail: 'It is built as soon as there is one.', tone: 'warning' },
    ]
  const leftOut = uncommittedFinding(facts)
  return leftOut ? [own, leftOut] : [own]
}
