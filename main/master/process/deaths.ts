import type { Build } from '../model.ts'
import { EXCEPTION, RETRY } from '../results.ts'
import type { SlaveLostError } from '../slaves/session.ts'
import type { StepEnd } from '../steps/step.ts'

// A machine that is switched off or a person who kills a slave may hit one build twice, not five times.
const MOST_DEATHS = 5
// Of a slave that is only out of reach nobody knows whether it died: a cable is cut more often.
const MOST_LOSSES = 20

const DIED = 'slave died: '
const LOST = 'slave lost: '

type Ended = Pick<Build, 'results' | 'stateString'>

/** How a step ends that has lost its slave. History keeps by these words why a build was tried again. */
export function endOfLost({ died, message }: SlaveLostError): StepEnd {
  return { results: RETRY, text: `${died ? DIED : LOST}${message}` }
}

/**
 * How often a slave died while a request was built, among its builds so far. A request that was
 * built when a slave died is a suspect: it is built alone, so that it takes no other along and no
 * other is blamed for what it does.
 */
export function deathsOf(builds: readonly Ended[]): number {
  return countOf(builds, DIED)
}

/**
 * How a build ends that has lost its slave: it is tried again, but not for ever.
 *
 * @param before The builds of its request that are over.
 */
export function endOfLostBuild(error: SlaveLostError, before: readonly Ended[]): StepEnd {
  const end = endOfLost(error)
  const all = [...before, { results: end.results, stateString: end.text }]
  const deaths = countOf(all, DIED)
  const losses = deaths + countOf(all, LOST)
  if (deaths >= MOST_DEATHS) return givenUp(`its slave died ${deaths} times while it ran`, error)
  if (losses >= MOST_LOSSES)
    return givenUp(`its slave was lost ${losses} times while it ran`, error)
  return end
}

function givenUp(why: string, { message }: SlaveLostError): StepEnd {
  return { results: EXCEPTION, text: `${why}; the last time: ${message}` }
}

function countOf(builds: readonly Ended[], words: string): number {
  return builds.filter(one => one.results === RETRY && one.stateString.startsWith(words)).length
}
