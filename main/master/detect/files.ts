import { type Git, GitError } from '../changes/git.ts'

// What says how a project is built stands near the top, and what is looked for is looked for in all of it.
const LONGEST_TEXT = 400_000

/** What is committed in a repository at one revision. */
export interface RepositoryFiles {
  readonly names: readonly string[]
  has(name: string): boolean
  /** `undefined` when there is no such file. */
  read(name: string): Promise<string | undefined>
}

/** The files of a commit; none for a repository without commits. */
export async function filesAt(git: Git, revision: string | null): Promise<RepositoryFiles> {
  const names =
    revision === null ? [] : (await git('ls-tree', '-r', '-z', '--name-only', revision)).split('\0')
  const known = new Set(names)
  return {
    names: names.filter(name => name !== ''),
    has: name => known.has(name),
    async read(name) {
      if (!known.has(name)) return undefined
      try {
        return (await git('show', `${revision}:${name}`)).slice(0, LONGEST_TEXT)
      } catch (error) {
        if (error instanceof GitError) return undefined
        throw error
      }
    },
  }
}
