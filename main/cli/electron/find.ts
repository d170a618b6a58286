import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { tell } from '../terminal.ts'
import { downloadElectron } from './download.ts'

/** The Electron binary: TRIPHAMMER_ELECTRON, or that of the npm package, downloaded when it is not there. */
export async function findElectron(): Promise<string | undefined> {
  const named = process.env.TRIPHAMMER_ELECTRON
  if (named) {
    if (existsSync(named)) return named
    tell(`triphammer: TRIPHAMMER_ELECTRON names ${named}, which is not there`)
  }
  // The desktop app's own command line runs on the app, as Node.
  if (process.versions.electron !== undefined) return process.execPath
  let folder: string
  try {
    folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    // Triphammer was installed without what it is developed with.
    return undefined
  }
  return electronOf(folder) ?? ((await downloadElectron(folder)) ? electronOf(folder) : undefined)
}

function electronOf(folder: string): string | undefined {
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}
