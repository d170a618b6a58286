import type { TestAnswer, TestSummary } from '../bridge.ts'
import { count } from '../ui/format.ts'
import type { Look } from '../ui/look.ts'

export const OUTCOME_LOOKS: Record<TestAnswer['runs'][number]['outcome'], Look> = {
  passed: 'success',
  failed: 'failure',
  skipped: 'skipped',
}

/** Why a test is called flaky. */
export function flakyWords({ mixed, flips }: Pick<TestSummary, 'mixed' | 'flips'>): string {
  if (mixed > 0)
    return `passed and failed on ${mixed === 1 ? 'one revision' : `${mixed} revisions`}`
  return flips > 2 ? `changed its mind ${flips} times` : ''
}

/** How a test stands, in words: `fails since #639, in 3 builds`. Runs are newest first. */
export function sinceWords(runs: TestAnswer['runs']): string {
  const ran = runs.filter(run => run.outcome !== 'skipped')
  const [last] = ran
  if (!last) return runs.length > 0 ? 'is skipped' : 'has not run'
  const other = ran.findIndex(run => run.outcome !== last.outcome)
  const streak = other < 0 ? ran : ran.slice(0, other)
  const first = streak.at(-1)!
  const builds = count(new Set(streak.map(run => run.build.id)).size, 'build')
  if (last.outcome === 'failed') return `fails since #${first.build.number}, in ${builds}`
  if (other < 0) return `passed in all ${builds} that are known`
  return `passes since #${first.build.number}, in ${builds}`
}

/** The letters of a strip in words, for who can't see it. */
export function recentWords(recent: string): string {
  const failed = [...recent].filter(letter => letter === 'f').length
  return `${count(recent.length, 'run')}, ${failed} failed`
}
