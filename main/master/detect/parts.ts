import { chooseKind } from './choose-kind.ts'
import { type Detection, good } from './detection.ts'
import type { RepositoryFiles } from './files.ts'
import { KINDS } from './kinds.ts'

const DEEPEST = 2
const MOST_PARTS = 8
const NOT_A_PART =
  /^(\.|node_modules|vendor|third[_-]?party|external|examples?|docs?|tests?|fixtures|samples?)$/i

/** The build of a repository that is made of several projects: each in its own folder, one after the other. */
export async function detectParts(files: RepositoryFiles): Promise<Detection | undefined> {
  const parts: Detection[] = []
  const done: string[] = []
  for (const folder of foldersWith(files)) {
    if (parts.length === MOST_PARTS) break
    if (done.some(one => folder.startsWith(`${one}/`))) continue
    const { chosen: detection } = await chooseKind(below(files, folder))
    if (!detection) continue
    done.push(folder)
    parts.push({
      found: [good(`${folder}/${detection.found[0]!.what}`, detection.found[0]!.detail)],
      steps: detection.steps.map(step => ({
        ...step,
        name: `${step.name} ${folder}`,
        workdir: folder,
      })),
      tools: detection.tools,
    })
  }
  if (parts.length === 0) return undefined
  return {
    found: parts.flatMap(part => part.found),
    steps: parts.flatMap(part => part.steps),
    tools: [...new Set(parts.flatMap(part => part.tools))],
  }
}

function foldersWith(files: RepositoryFiles): string[] {
  const markers = new Set(KINDS.flatMap(kind => kind.markers))
  const folders = files.names.flatMap(name => {
    const path = name.split('/')
    const file = path.pop()!
    const deep = path.length >= 1 && path.length <= DEEPEST
    return deep && markers.has(file) && !path.some(one => NOT_A_PART.test(one))
      ? [path.join('/')]
      : []
  })
  return [...new Set(folders)].sort()
}

function below(files: RepositoryFiles, folder: string): RepositoryFiles {
  const names = files.names
    .filter(name => name.startsWith(`${folder}/`))
    .map(name => name.slice(folder.length + 1))
  const known = new Set(names)
  return {
    names,
    has: name => known.has(name),
    read: name => files.read(`${folder}/${name}`),
  }
}
