import { describeProcess } from './commands/process-list.ts'
import { buildMark } from './commands/process-mark.ts'
import { canBeFound, findTree, killTree } from './commands/process-tree.ts'
import { firstStartOf, forgetBuild, groupsOf, jobsOf, seenOf } from './commands/process-watch.ts'
import type { Console } from './console.ts'

// How long what a build left may take to end by itself.
const POLITE_MS = 1000

/** Ends what a build's steps left in the background, which goes with the build, and names it. */
export async function endLeftovers(
  build: string,
  slaveId: string,
  console: Console,
): Promise<readonly string[]> {
  const first = firstStartOf(build)
  if (!first) return []
  const { startedAt } = first
  const tree = {
    mark: buildMark(slaveId, build),
    seen: seenOf(build),
    jobs: jobsOf(build),
    groups: () => groupsOf(build),
    ...(startedAt !== undefined && { since: { startedAt } }),
  }
  const left = canBeFound(tree) ? await findTree(tree).catch(() => undefined) : []
  if (left?.length !== 0) {
    const trouble = await killTree({ ...tree, politeMs: POLITE_MS })
    const names = left?.map(describeProcess).join(', ')
    if (!trouble) console.say('build', `ended what its steps left: ${names}`)
    else console.say('build', `${names ? `its steps left ${names}; ` : ''}${trouble}`)
  }
  forgetBuild(build)
  return left?.map(describeProcess) ?? []
}
