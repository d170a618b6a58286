import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'

/** Runs git and gives its standard output. Rejects with a GitError that says what git said. */
export type Git = (...args: string[]) => Promise<string>

/** What git said when it failed, in one line. */
export class GitError extends Error {
  override readonly name = 'GitError'
}

export interface Commit {
  readonly revision: string
  readonly who: string
  readonly at: number
  readonly comments: string
  readonly files: readonly string[]
}

const LONGEST_OUTPUT_BYTES = 256 * 1024 * 1024

/**
 * Git in a folder, without anybody to ask.
 *
 * @param timeoutMs After this, git is ended: a server that does not answer must not hold up the next look.
 */
export function gitIn(
  folder: string | undefined,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
  timeoutMs = 10 * 60_000,
): Git {
  return (...args) =>
    new Promise((resolve, reject) => {
      const options = {
        cwd: folder,
        env: {
          ...env,
          GIT_TERMINAL_PROMPT: '0',
          GIT_ASKPASS: '',
          SSH_ASKPASS: '',
          LC_ALL: 'C.UTF-8',
          GIT_OPTIONAL_LOCKS: '0',
        },
        maxBuffer: LONGEST_OUTPUT_BYTES,
        timeout: timeoutMs,
        signal,
        windowsHide: true,
      }
      execFile('git', args, options, (error, stdout, stderr) => {
        if (!error) resolve(stdout)
        else reject(new GitError(explain(error, stderr, timeoutMs)))
      })
    })
}

export interface Branches {
  /** The branch that HEAD names, if it has a commit. */
  readonly own: string | null
  /** Where each branch points, the own branch first. */
  readonly tips: ReadonlyMap<string, string>
  /** The commit of each tag. */
  readonly tags: ReadonlyMap<string, string>
}

export async function readBranches(git: Git, repository: string): Promise<Branches> {
  const refs = ['HEAD', 'refs/heads/*', 'refs/tags/*']
  const said = await git('ls-remote', '--symref', '--', repository, ...refs)
  const tags = new Map<string, string>()
  const branches = new Map<string, string>()
  let own: string | undefined
  for (const line of said.split('\n')) {
    const symbolic = /^ref: refs\/heads\/(.+)\tHEAD$/.exec(line)
    if (symbolic) own = symbolic[1]
    const branch = /^([0-9a-f]{40,64})\trefs\/heads\/(.+)$/.exec(line)
    if (branch) branches.set(branch[2]!, branch[1]!)
    // What a tag with a message points to comes in a line after its own.
    const tag = /^([0-9a-f]{40,64})\trefs\/tags\/(.+?)(\^\{\})?$/.exec(line)
    if (tag) tags.set(tag[2]!, tag[1]!)
  }
  const tip = own !== undefined ? branches.get(own) : undefined
  if (own === undefined || tip === undefined) return { own: null, tips: branches, tags }
  branches.delete(own)
  return { own, tips: new Map([[own, tip], ...branches]), tags }
}

/** Commits of `range`, oldest first; the newest `limit` of them where there are more. */
export async function readCommits(
  git: Git,
  range: readonly string[],
  limit: number,
): Promise<Commit[]> {
  // A message may hold any character, so what parts the fields is made up for each call.
  const edge = randomBytes(12).toString('hex')
  const record = `<${edge}`
  const field = `>${edge}`
  const format = `--format=${record}%H${field}%an <%ae>${field}%ct${field}%B${field}`
  // A person's own configuration must not change what we read.
  const plain = ['-c', 'i18n.logOutputEncoding=UTF-8', '-c', 'log.showSignature=false']
  const what = ['--topo-order', '--diff-merges=first-parent', '--name-only', '--no-renames', '-z']
  const args = [...plain, 'log', ...what, `--max-count=${limit}`, format, ...range, '--']
  const said = await git(...args)
  return said
    .split(record)
    .slice(1)
    .map(one => {
      const [revision, who, seconds, comments, files] = one.split(field) as string[]
      return {
        revision: revision!,
        who: who!,
        at: Number(seconds) * 1000,
        comments: comments!.trim(),
        files: files!
          .split('\0')
          .map(file => file.replace(/^\n+/, ''))
          .filter(file => file !== ''),
      }
    })
    .reverse()
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
