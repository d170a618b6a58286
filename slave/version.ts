import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package that this is part of; `undefined` for a file that travels alone. */
export const PACKAGE_FOLDER = findPackage(dirname(fileURLToPath(import.meta.url)))

/** The version of the package. */
export function packageVersion(): string {
  if (PACKAGE_FOLDER === undefined) return 'unknown'
  return String(JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')).version)
}

function findPackage(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder
  const above = dirname(folder)
  return above === folder ? undefined : findPackage(above)
}
