import type { Detection } from '../../main/master/detect/detection.ts'
import { detect } from '../../main/master/detect/detectors.ts'
import type { RepositoryFiles } from '../../main/master/detect/files.ts'

export type Texts = Readonly<Record<string, string>>

export function filesOf(files: Texts): RepositoryFiles {
  return {
    names: Object.keys(files),
    has: name => Object.hasOwn(files, name),
    read: async name => (Object.hasOwn(files, name) ? files[name] : undefined),
  }
}

export function detectIn(files: Texts): Promise<Detection> {
  return detect(filesOf(files))
}

/** Name and command of each step. */
export async function stepsOf(files: Texts): Promise<[name: string, command: string][]> {
  return (await detectIn(files)).steps.map(({ name, text }) => [name, text])
}

/** Each as the command line prints it. */
export async function findingsOf(files: Texts): Promise<string[]> {
  return (await detectIn(files)).found.map(({ what, detail }) => `${what}: ${detail}`)
}
