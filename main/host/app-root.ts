import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the app: the one with its package.json, in a checkout as in what is built. */
export const APP_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)))

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder))
}

/** Where the slave's entry is: its TypeScript when we run from sources, its bundle otherwise. */
export function slaveEntry(): string {
  return import.meta.url.endsWith('.ts')
    ? join(APP_ROOT, 'slave', 'main.ts')
    : join(APP_ROOT, 'out', 'main', 'slave.js')
}

/** The slave as a package for other machines; see scripts/pack-slave.mjs. */
export function slavePackage(version: string): string {
  return join(APP_ROOT, 'out', 'main', `triphammer-slave-${version}.tgz`)
}

/** The slave as one file, as it is built; see scripts/pack-slave.mjs. */
export function packedSlave(): string {
  return join(APP_ROOT, 'out', 'main', 'slave-packed.mjs')
}
