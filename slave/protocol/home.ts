import { homedir } from 'node:os'

/** The person's home folder; undefined for a user without an entry in passwd and without HOME, as containers have. */
export function homeFolder(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}

/** @throws Error that says in one sentence what to set. */
export function needHome(option: string): string {
  const home = homeFolder()
  if (home === undefined)
    throw new Error(
      `This user has no home folder: no entry in passwd, and HOME is not set. Set HOME, or name a folder with ${option}.`,
    )
  return home
}
