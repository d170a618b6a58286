import { type Detection, plain } from './detection.ts'
import { countSources, whyHelper } from './evidence.ts'
import type { RepositoryFiles } from './files.ts'
import { KINDS } from './kinds.ts'
import type { Finding } from './proposal.ts'

export interface Choice {
  readonly chosen: Detection | undefined
  /** What else was found. */
  readonly seen: readonly Finding[]
  /** Programs of kinds that are known only by name. */
  readonly tools: readonly string[]
}

/**
 * Looks at the top of a folder. The first kind that the project is made of says how it is built: a file
 * that only a helper of it needs, such as the package.json of a formatter, must not.
 */
export async function chooseKind(files: RepositoryFiles): Promise<Choice> {
  const counts = countSources(files)
  const seen: Finding[] = []
  const tools: string[] = []
  let chosen: Detection | undefined
  for (const kind of KINDS) {
    const detection = await kind.detect(files)
    if (!detection) continue
    if (detection.steps.length === 0) {
      // Once it is known how the project is built, it is of no interest what does not build it.
      seen.push(...detection.found.filter(({ tone }) => !chosen || tone === 'plain'))
      tools.push(...detection.tools)
      continue
    }
    const helper = kind.language && whyHelper(counts, kind.language)
    if (!chosen && !helper) chosen = detection
    else if (helper || kind.markers.some(files.has))
      seen.push(alsoHere(detection.found[0]!, helper))
  }
  return { chosen, seen, tools }
}

function alsoHere({ what, detail }: Finding, helper: string | undefined): Finding {
  return plain(what, `${detail}; not in the proposal${helper ? `: ${helper}` : ''}`)
}
