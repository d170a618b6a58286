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
  /** Whether the file as it is now is in force. If not, the last good one is. */
  readonly good: boolean
  readonly loadedAt: Moment
  readonly problems: readonly ConfigProblem[]
  /** What is accepted but has no effect yet in this version. */
  readonly notices: readonly ConfigProblem[]
}

/** `master.yml:12: builders[0].slaves: there is no slave "locl"`. */
export function describeProblem(problem: ConfigProblem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`
  return [place, problem.key, problem.reason].filter(part => part !== '').join(': ')
}
