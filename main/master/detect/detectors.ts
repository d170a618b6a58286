import { type Detection, type Kind, shell } from './detection.ts'
import type { RepositoryFiles } from './files.ts'
import { deno } from './kinds/deno.ts'
import { go } from './kinds/go.ts'
import { ant, gradle, maven, plainJava } from './kinds/java.ts'
import { cmake, dotnet, just, make, meson } from './kinds/native.ts'
import { node } from './kinds/node.ts'
import { python, pythonTests } from './kinds/python.ts'
import { rust } from './kinds/rust.ts'
import { elixir, perl, php, ruby, tcl } from './kinds/scripting.ts'
import { scripts } from './kinds/scripts.ts'
import { detectParts } from './parts.ts'
import type { Finding } from './proposal.ts'
import { readWorkflows } from './workflows.ts'

/** Kinds of projects, in the order in which they are looked for: the first that fits says how one is built. */
export const KINDS: readonly Kind[] = [
  rust,
  go,
  node,
  deno,
  maven,
  gradle,
  ant,
  python,
  ruby,
  php,
  dotnet,
  elixir,
  meson,
  cmake,
  perl,
  make,
  just,
  pythonTests,
  tcl,
  plainJava,
  scripts,
]

/**
 * How a project is built, by what is in it. Where its top says nothing, its folders may, or a workflow
 * of a hosted CI. Where nothing does, there is one step whose command a person has to write.
 */
export async function detect(files: RepositoryFiles): Promise<Detection> {
  const workflows = await readWorkflows(files)
  const told = workflows.map(({ finding }) => finding)
  const seen: Finding[] = []
  let chosen: Detection | undefined
  for (const kind of KINDS) {
    const detection = await kind.detect(files)
    if (!detection) continue
    if (detection.steps.length > 0 && !chosen) chosen = detection
    else if (!chosen) seen.push(...detection.found)
    else if (kind.markers.some(files.has)) seen.push(alsoHere(detection.found[0]!))
  }
  chosen ??= await detectParts(files, KINDS)
  if (chosen) return { ...chosen, found: [...chosen.found, ...seen, ...told] }
  const commands = workflows.find(({ steps }) => steps.length > 0)
  if (commands) return { found: [...seen, ...told], steps: commands.steps, tools: [] }
  return {
    found: [
      {
        what: 'Nothing that says how it is built',
        detail: 'Write the command that builds or checks it.',
        tone: 'warning',
      },
      ...seen,
      ...told,
    ],
    steps: [shell('build', '', 'nothing in the repository says how it is built')],
    tools: [],
  }
}

function alsoHere({ what, detail }: Finding): Finding {
  return { what, detail: `${detail}; not in the proposal`, tone: 'plain' }
}
