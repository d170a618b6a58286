import { fileURLToPath } from 'node:url'

/**
 * The folder of a repository on this machine; `undefined` for one that is reached over a network.
 *
 * @throws Error in one sentence at an address of a file that names none on this machine.
 */
export function localPath(repository: string): string | undefined {
  if (/^file:/i.test(repository)) {
    const problem = problemOfFileAddress(repository)
    if (problem !== undefined) throw new Error(`${repository} ${problem}`)
    return fileURLToPath(repository)
  }
  return repository.startsWith('/') || /^[A-Za-z]:[\\/]/.test(repository) ? repository : undefined
}

/** What keeps an address that begins with `file:` from being a path of this machine; `undefined` of any other. */
export function problemOfFileAddress(repository: string): string | undefined {
  if (!/^file:/i.test(repository)) return undefined
  try {
    fileURLToPath(repository)
    return undefined
  } catch {
    // Only Windows has paths that begin with the name of another machine.
    const host = /^file:\/\/([^/]+)/i.exec(repository)?.[1]
    return host === undefined
      ? 'is no address of a folder; write file:///PATH, or the path itself'
      : `names the machine "${host}", and file: is for folders of this one; write file:///PATH, or ssh://${host}/PATH`
  }
}
