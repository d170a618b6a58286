import type { RepositoryFiles } from './files.ts'

const MOST_READ = 50

/** The first file of a name whose text says something; only so many are read. */
export async function fileWith(
  files: RepositoryFiles,
  name: RegExp,
  text: RegExp,
): Promise<string | undefined> {
  for (const one of files.names.filter(candidate => name.test(candidate)).slice(0, MOST_READ))
    if (text.test((await files.read(one)) ?? '')) return one
  return undefined
}

/** A name for sh and cmd, where it is one word as it stands or in quotes. */
export function quoted(name: string): string {
  return /^[\w./+@%-]+$/.test(name) ? name : `"${name.replace(/(["$`\\])/g, '\\$1')}"`
}
