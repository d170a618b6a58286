import { chooseKind } from './choose-kind.ts'
import { type Detection, shell, warning } from './detection.ts'
import type { RepositoryFiles } from './files.ts'
import { detectParts } from './parts.ts'
import { readWorkflows } from './workflows.ts'

/**
 * How a project is built, by what is in it. Where its top says nothing, its folders may, or a workflow
 * of a hosted CI. Where nothing does, there is one step whose command a person has to write.
 */
export async function detect(files: RepositoryFiles): Promise<Detection> {
  const workflows = await readWorkflows(files)
  const { chosen, seen, tools } = await chooseKind(files)
  const own = chosen ?? (await detectParts(files))
  if (own) return { ...own, found: [...own.found, ...seen, ...workflows.beside] }
  const { proposed } = workflows
  if (proposed)
    return {
      found: [...proposed.found, ...seen],
      steps: proposed.steps,
      tools: [...new Set([...tools, ...proposed.tools])],
    }
  return {
    found: [
      warning('Nothing that says how it is built', 'Write the command that builds or checks it.'),
      ...seen,
      ...workflows.leftOut,
    ],
    steps: [shell('build', '', 'nothing in the repository says how it is built')],
    tools,
  }
}
