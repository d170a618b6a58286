import { type Detection, good, type Kind } from './detection.ts'
import type { RepositoryFiles } from './files.ts'

const DEEPEST = 2
const MOST_PARTS = 8
const NOT_A_PART =
  /^(\.|node_modules|vendor|third[_-]?party|external|examples?|docs?|tests?|fixtures|samples?)$/i

/** The build of a repository that is made of several projects: each in its own folder, one after the other. */
export async function detectParts(
  files: RepositoryFiles,
  kinds: readonly Kind[],
): Promise<Detection | undefined> {
  const parts: Detection[] = []
  const done: string[] = []
  for (const folder of foldersWith(files, kinds)) {
    if (parts.length === MOST_PARTS) break
    if (done.some(one => folder.startsWith(`${one}/`))) continue
    const detection = await firstOf(below(files, folder), kinds)
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

async function firstOf(
  files: RepositoryFiles,
  kinds: readonly Kind[],
): Promise<Detection | undefined> {
  for (const kind of kinds) {
    const detection = await kind.detect(files)
    if (detection && detection.steps.length > 0) return detection
  }
  return undefined
}

function foldersWith(files: RepositoryFiles, kinds: readonly Kind[]): string[] {
  const markers = new Set(kinds.flatMap(kind => kind.markers))
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
