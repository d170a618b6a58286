import { cpSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'

export interface Program {
  readonly node: string
  readonly entry: string
}

/**
 * Where a program that npx fetched has to be copied from, so that it stays when npm
 * cleans up; `undefined` when it is where somebody has put it.
 */
export function fleetingFolder(entry: string): string | undefined {
  const match = /^.*[\\/]_npx[\\/][^\\/]+[\\/]node_modules(?=[\\/])/.exec(entry)
  return match?.[0]
}

/** The program as a service can start it for years: a copy below `folder` where it is fleeting. */
export function settleProgram(program: Program, folder: string): Program {
  const from = fleetingFolder(program.entry)
  if (from === undefined) return program
  const to = join(folder, 'program', 'node_modules')
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  const moved = (path: string) =>
    path.startsWith(from + sep) ? to + path.slice(from.length) : path
  return { node: moved(program.node), entry: moved(program.entry) }
}
