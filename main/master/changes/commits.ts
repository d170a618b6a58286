import { randomBytes } from 'node:crypto'
import type { Moment } from '../model.ts'
import type { Git } from './git.ts'

export interface Commit {
  readonly revision: string
  readonly who: string
  /** `null` for a date that no clock ever showed. */
  readonly at: Moment | null
  readonly comments: string
  readonly files: readonly string[]
}

/**
 * Reads commits, in the order of `revisions`, by one process of git. One that git can't read
 * whole comes without the names of its files, or, where nothing of it can be read, is left out.
 */
export async function readCommits(git: Git, revisions: readonly string[]): Promise<Commit[]> {
  if (revisions.length === 0) return []
  try {
    return await readAll(git, revisions, ['--name-only'])
  } catch (error) {
    if (git.how.options.signal.aborted) throw error
    if (revisions.length === 1) return readAll(git, revisions, ['--no-patch']).catch(() => [])
    const half = revisions.length >> 1
    return [
      ...(await readCommits(git, revisions.slice(0, half))),
      ...(await readCommits(git, revisions.slice(half))),
    ]
  }
}

async function readAll(
  git: Git,
  revisions: readonly string[],
  what: readonly string[],
): Promise<Commit[]> {
  // A message may hold any character, so what parts the fields is made up for each call.
  const edge = randomBytes(12).toString('hex')
  const record = `<${edge}`
  const field = `>${edge}`
  const format = `--format=${record}%H${field}%an <%ae>${field}%ct${field}%B${field}`
  // A person's own configuration must not change what we read.
  const plain = ['-c', 'i18n.logOutputEncoding=UTF-8', '-c', 'log.showSignature=false']
  const how = ['--no-walk=unsorted', '--stdin', '--diff-merges=first-parent', '--no-renames', '-z']
  const { said } = await git.feed(
    revisions.map(revision => `${revision}\n`).join(''),
    ...plain,
    'log',
    ...how,
    ...what,
    format,
  )
  return said
    .split(record)
    .slice(1)
    .map(one => {
      const [revision, who, seconds, comments, files] = one.split(field) as string[]
      return {
        revision: revision!,
        who: who!,
        at: momentOf(seconds!),
        comments: comments!.trim(),
        files: files!
          .split('\0')
          .map(file => file.replace(/^\n+/, ''))
          .filter(file => file !== ''),
      }
    })
}

// The last moment that a Date holds, in the year 275760.
const LATEST: Moment = 8_640_000_000_000_000

/** Git takes any number for a date: microseconds, or more than any integer holds. */
function momentOf(seconds: string): Moment | null {
  const at = Number(seconds) * 1000
  return seconds.trim() !== '' && at >= 0 && at <= LATEST ? at : null
}
