import { maskAddresses } from '../git/address.ts'

/** What was found in a repository, and the build that is proposed for it. */
export interface Proposal {
  readonly draft: Draft
  /** The repository as it may be shown: without a password that the draft may have. */
  readonly address: string
  readonly found: readonly Finding[]
  readonly repository: RepositoryFacts
  /** Checks of what the build needs on this machine. */
  readonly ready: readonly Finding[]
}

export interface Finding {
  readonly what: string
  readonly detail: string
  readonly tone: 'good' | 'warning' | 'plain'
}

export interface RepositoryFacts {
  readonly branch: string | null
  readonly otherBranches: number
  readonly head: {
    readonly revision: string
    readonly subject: string
    readonly who: string
    readonly at: number
  } | null
  /** Files that differ from the last commit. They are not built. */
  readonly uncommitted: number
  /** Their names, of the first few. */
  readonly uncommittedNames: readonly string[]
}

/** Names what a build of the newest commit leaves out. */
export function uncommittedFinding(facts: RepositoryFacts): Finding | undefined {
  const { uncommitted: count, uncommittedNames } = facts
  if (count === 0) return undefined
  const more = count - uncommittedNames.length
  const names = [...uncommittedNames, ...(more > 0 ? [`${more} more`] : [])].join(', ')
  return {
    what: `${count === 1 ? '1 uncommitted file is' : `${count} uncommitted files are`} not built`,
    detail: `Only what is committed is. Left out: ${names}`,
    tone: 'warning',
  }
}

/** What a person may change before it is written into master.yml. */
export interface Draft {
  readonly project: string
  readonly repository: string
  readonly builder: string
  /** Slaves that may build it; empty for any. */
  readonly slaves: readonly string[]
  readonly start: 'anyBranch' | 'ownBranch' | 'force'
  /** The branch that `ownBranch` means. */
  readonly branch: string | null
  readonly steps: readonly DraftStep[]
}

export interface DraftStep {
  readonly kind: 'git' | 'shell' | 'test' | 'upload'
  readonly name: string
  /** The command, or the files to keep. Empty for git, and where a person has to write it. */
  readonly text: string
  /** A failure shows as a warning and does not end the build. */
  readonly warnOnly?: boolean
  /** The folder that it works in, when that is not the top. */
  readonly workdir?: string
  /** The program that takes the command as its last argument, when that is not the usual shell. */
  readonly program?: readonly string[]
  /** Set for this step, beside the environment of all builds. */
  readonly env?: Readonly<Record<string, string>>
  /** What it was proposed for: `package.json has a test script`. Not written down. */
  readonly because?: string
}

/** Says so when a person has still to write a command. */
export function missingCommand({ repository, steps }: Draft): string | undefined {
  const empty = steps.find(step => step.kind !== 'git' && step.text.trim() === '')
  return (
    empty &&
    `Nothing in ${maskAddresses(repository)} says how it is built: step "${empty.name}" needs a command that you write.`
  )
}

/** A repository of this machine that is not built yet. */
export interface Suggestion {
  readonly path: string
  readonly name: string
  /** `Node`, `Rust`, …; empty when it is nothing that we know. */
  readonly kind: string
  /** When its history last grew. */
  readonly changedAt: number
}
