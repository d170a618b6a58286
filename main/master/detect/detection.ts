import type { Language } from './evidence.ts'
import type { RepositoryFiles } from './files.ts'
import type { DraftStep, Finding } from './proposal.ts'

/** What one kind of project looks like, and how it is built. */
export interface Detection {
  readonly found: readonly Finding[]
  /** None where the kind is plain and how it is built is not. */
  readonly steps: readonly DraftStep[]
  /** Programs that the steps need. */
  readonly tools: readonly string[]
}

/** A kind of project. Looks at names and texts only: nothing of the repository is run. */
export interface Kind {
  /** `Node`, `Rust`, … */
  readonly label: string
  /** Files at the top of a folder that say so. */
  readonly markers: readonly string[]
  /** Sources that such a project is made of; absent for what builds projects of any language. */
  readonly language?: Language
  detect(files: RepositoryFiles): Promise<Detection | undefined>
}

export const good = (what: string, detail: string): Finding => ({ what, detail, tone: 'good' })

export const warning = (what: string, detail: string): Finding => ({
  what,
  detail,
  tone: 'warning',
})

export const plain = (what: string, detail: string): Finding => ({ what, detail, tone: 'plain' })

export const shell = (name: string, text: string, because: string): DraftStep => ({
  kind: 'shell',
  name,
  text,
  because,
})

/** A command whose output tells of tests. */
export const test = (text: string, because: string, name = 'test'): DraftStep => ({
  kind: 'test',
  name,
  text,
  because,
})
