import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { standInTroubleOf } from '../../../slave/protocol/developer-tools.ts'
import { quietGit } from '../git/quiet.ts'

/** Runs git and gives its standard output. Rejects with a GitError that says what git said. */
export interface Git {
  (...args: string[]): Promise<string>
  /** The same with text on its standard input; gives its warnings, too. */
  feed(
    input: string,
    ...args: string[]
  ): Promise<{ readonly said: string; readonly warned: string }>
  /** What a process of this git is started with, for whoever starts one that stays. */
  readonly how: { readonly args: readonly string[]; readonly options: GitProcess }
}

export interface GitProcess {
  readonly cwd: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly windowsHide: true
}

/** What git said when it failed, in one line. */
export class GitError extends Error {
  override readonly name = 'GitError'
}

/**
 * Options that come before the name of a git command. With them no hook and no watcher
 * that a person or a repository has configured runs, and no address can name a program.
 */
export const NOTHING_RUNS: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'protocol.ext.allow=never',
  'protocol.fd.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  // Folders of ours are bare, and we name them; repositories that we look at are named by a person.
  'safe.bareRepository=all',
].flatMap(one => ['-c', one])

/** A repository of ours is made without the hooks of a person's template. */
export const NO_TEMPLATE = '--template='

const LONGEST_OUTPUT_BYTES = 256 * 1024 * 1024

export interface GitPlace {
  /** Where it is started; where the master runs when it is left out. */
  readonly folder?: string
  /** The repository, which is then not looked for; no other one's configuration is read. */
  readonly gitDir?: string
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** After this, git is ended: a server that does not answer must not hold up the next look. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10 * 60_000

/** Git in a folder, without anybody to ask. */
export function gitIn(
  folder: string | undefined,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Git {
  return startGit({ ...(folder !== undefined && { folder }), env, signal, timeoutMs })
}

/** Git in a repository of ours: all that a person has configured for servers counts, and no program of it runs. */
export function gitOf(
  gitDir: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Git {
  return startGit({ folder: gitDir, gitDir, env: withoutPlace(env), signal, timeoutMs })
}

/**
 * Git that only reads, in a repository of ours. Nothing but that repository's own configuration
 * counts, objects that are not there are not asked for elsewhere, and none stands for another.
 */
export function readerOf(
  gitDir: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Git {
  const place = {
    folder: gitDir,
    gitDir,
    env: {
      ...withoutGit(env),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      ...more,
    },
    signal,
  }
  return startGit(place)
}

/** The environment without what says which repository is meant, as a hook of a person's own git has it. */
export function withoutPlace(
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !PLACES.has(name)))
}

function withoutGit(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')))
}

const PLACES: ReadonlySet<string> = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
])

function startGit({ folder, gitDir, env, signal, timeoutMs = TIMEOUT_MS }: GitPlace): Git {
  const options: GitProcess = {
    cwd: folder,
    env: {
      ...env,
      ...quietGit(process.platform),
      GIT_OPTIONAL_LOCKS: '0',
      ...(gitDir !== undefined && { GIT_DIR: gitDir }),
    },
    signal,
    windowsHide: true,
  }
  const feed = (input: string | undefined, args: readonly string[]) =>
    new Promise<{ said: string; warned: string }>((resolve, reject) => {
      const standIn = standInTroubleOf('git', env.PATH, existsSync)
      if (standIn !== undefined) return reject(new GitError(standIn))
      const limits = { maxBuffer: LONGEST_OUTPUT_BYTES, timeout: timeoutMs }
      const child = execFile(
        'git',
        [...NOTHING_RUNS, ...args],
        { ...options, ...limits },
        (error, said, warned) => {
          if (!error) resolve({ said, warned })
          else reject(new GitError(explain(error, warned, timeoutMs)))
        },
      )
      // A git that failed before it read everything says so by its status.
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
    })
  const run = async (...args: string[]) => (await feed(undefined, args)).said
  return Object.assign(run, {
    feed: (input: string, ...args: string[]) => feed(input, args),
    how: { args: NOTHING_RUNS, options },
  })
}

function explain(
  error: Error & { code?: unknown; killed?: boolean },
  stderr: string,
  timeoutMs: number,
): string {
  if (error.code === 'ENOENT') return 'git was not found. Install git, and have it in the PATH.'
  if (error.code === 'ABORT_ERR') return 'it was interrupted'
  if (error.killed) return `git did not answer within ${Math.round(timeoutMs / 1000)} s`
  const lines = stderr
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('hint:'))
  const telling = lines.find(line => /^(fatal|error):/.test(line)) ?? lines.at(-1)
  return telling?.replace(/^(fatal|error): /, '') ?? error.message
}
