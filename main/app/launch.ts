import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { realFolder } from '../host/data-dir.ts'

/** What the app was started with. */
export interface Launch {
  readonly dataDir: string
  /** Whether that is another folder than the one that a start without arguments takes. */
  readonly isElsewhere: boolean
  /** A repository to add and build. */
  readonly repository: string | undefined
}

/**
 * Reads `--data=DIR` and `--add=REPOSITORY`. Chromium's switches and the path of
 * the app stand between them, so everything else is passed over.
 *
 * @param appData The folder of all apps' data on this system.
 */
export function readLaunch(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  appData: string,
): Launch {
  const value = (name: string) =>
    argv.findLast(arg => arg.startsWith(`--${name}=`))?.slice(name.length + 3) || undefined
  const asked = value('data') ?? (env.TRIPHAMMER_DATA || undefined)
  const add = value('add')
  const usual = realFolder(join(appData, 'Triphammer'))
  const dataDir = asked === undefined ? usual : realFolder(resolve(cwd, asked))
  return {
    dataDir,
    isElsewhere: dataDir !== usual,
    repository: add === undefined ? undefined : absolute(add, cwd),
  }
}

/** The arguments for another start of the app, with another repository or none. */
export function argumentsAgain(argv: readonly string[], repository: string | undefined): string[] {
  const kept = argv.slice(1).filter(arg => !arg.startsWith('--add='))
  return repository === undefined ? kept : [...kept, `--add=${repository}`]
}

// A folder that is there is meant from here; anything else is an address that git knows.
function absolute(repository: string, cwd: string): string {
  const path = resolve(cwd, repository)
  return existsSync(path) ? path : repository
}
