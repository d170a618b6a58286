import type { Moment } from '../model.ts'

/** One fault of the configuration, good enough to mend it without asking further. */
export interface ConfigProblem {
  readonly file: string
  /** From 1; `null` when the fault is of the file as a whole. */
  readonly line: number | null
  /** Where in the file, as in `builders[0].steps[2].timeout`. */
  readonly key: string
  readonly reason: string
}

export interface ConfigStatus {
  readonly file: string
  /** Whether the file as it is now is in force. */
  readonly good: boolean
  /** While it is not: whether an earlier good configuration is in force; otherwise there is none. */
  readonly hasBefore: boolean
  readonly loadedAt: Moment
  readonly problems: readonly ConfigProblem[]
  /** What is accepted but has no effect yet in this version. */
  readonly notices: readonly ConfigProblem[]
}

// Beyond these nobody reads on; the file has them all by line.
const MOST_TOLD = 20

/** All faults in one sentence, for who can be told but one. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  const told = problems.slice(0, MOST_TOLD).map(describeProblem)
  const more = problems.length - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/** What a faulty file means for what runs. */
export function describeInForce({ hasBefore }: ConfigStatus): string {
  return hasBefore
    ? 'The configuration before stays in force.'
    : 'No configuration is in force, and nothing is built, until the file is mended.'
}

/** `master.yml:12: builders[0].slaves: there is no slave "locl"`. */
export function describeProblem(problem: ConfigProblem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`
  return [place, problem.key, problem.reason].filter(part => part !== '').join(': ')
}
