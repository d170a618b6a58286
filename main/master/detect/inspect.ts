import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Git, gitIn, readBranches, readCommits } from '../changes/git.ts'
import { localPath } from '../changes/git-source.ts'
import { resolveRepository } from '../config/build.ts'
import type { Config } from '../config/model.ts'
import { detect } from './detectors.ts'
import { filesAt } from './files.ts'
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
  const git = gitIn(local, options.env, new AbortController().signal)
  const top = await topOf(local, git)
  const here = gitIn(top, options.env, new AbortController().signal)
  return propose(top, here, await factsOf(here, top, true), options)
}

async function topOf(folder: string, git: Git): Promise<string> {
  const found = await stat(folder).catch(() => undefined)
  if (!found) throw new Error(`${folder} is not there.`)
  if (!found.isDirectory())
    throw new Error(
      `${folder} is a file; a folder with a git repository is needed. Point at ${dirname(folder)}.`,
    )
  try {
    const bare = (await git('rev-parse', '--is-bare-repository')).trim() === 'true'
    const top = await git('rev-parse', bare ? '--absolute-git-dir' : '--show-toplevel')
    return top.replace(/\r?\n$/, '')
  } catch (error) {
    if ((error as Error).message.includes('not a git repository'))
      throw new Error(await whyNone(folder))
    throw new Error(`${folder}: ${(error as Error).message}`)
  }
}

async function whyNone(folder: string): Promise<string> {
  const inside = await repositoriesIn(folder)
  if (inside.length > 0)
    return `${folder} is no git repository; there is one in ${inside
      .slice(0, 3)
      .map(name => join(folder, name))
      .join(', in ')}. Point at that.`
  return `${folder} is no git repository. Make it one, then add it again: git init && git add --all && git commit -m "Begin"`
}

async function repositoriesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
  return names.sort().filter(name => existsSync(join(folder, name, '.git')))
}

async function inspectRemote(url: string, options: InspectOptions): Promise<Proposal> {
  const folder = await mkdtemp(join(tmpdir(), 'triphammer-look-'))
  try {
    const git = gitIn(folder, options.env, new AbortController().signal, CLONE_MS)
    await git('init', '--quiet', '--bare')
    const facts = await factsOf(git, url, false)
    return await propose(url, git, facts, options)
  } catch (error) {
    throw new Error(`${url} could not be read: ${(error as Error).message}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function factsOf(git: Git, repository: string, local: boolean): Promise<RepositoryFacts> {
  const { own, tips } = await readBranches(git, repository)
  const branch = own ?? tips.keys().next().value ?? null
  const revision = branch === null ? undefined : tips.get(branch)
  if (revision === undefined)
    return { branch, otherBranches: 0, head: null, uncommitted: 0, uncommittedNames: [] }
  if (!local) await git('fetch', '--quiet', '--depth=1', '--', repository, revision)
  const [commit] = await readCommits(git, ['-1', revision], 1)
  const status = local ? await git('status', '--porcelain').catch(() => '') : ''
  const uncommitted = status.split('\n').filter(line => line !== '')
  return {
    branch,
    otherBranches: tips.size - 1,
    head: commit
      ? { revision, who: commit.who, at: commit.at, subject: commit.comments.split('\n', 1)[0]! }
      : null,
    uncommitted: uncommitted.length,
    // After the two letters that say what was done to it.
    uncommittedNames: uncommitted.slice(0, NAMED_FILES).map(line => line.slice(3)),
  }
}

async function propose(
  repository: string,
  git: Git,
  facts: RepositoryFacts,
  { config, env }: InspectOptions,
): Promise<Proposal> {
  const detection = await detect(await filesAt(git, facts.head?.revision ?? null))
  const known = config.projects.find(project => project.repository === repository)
  const name =
    known?.name ??
    unused(
      projectName(repository),
      config.projects.map(project => project.name),
    )
  return {
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
