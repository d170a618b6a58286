import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Finding } from './proposal.ts'

type Env = Readonly<Record<string, string>>

/** Looks on this machine for the programs that a build needs. */
export function checkTools(tools: readonly string[], env: Env): Promise<Finding[]> {
  return Promise.all(
    tools.map(async (tool): Promise<Finding> => {
      const version = await versionOf(tool, env)
      return version === undefined
        ? {
            what: `${tool} was not found`,
            detail: 'Install it, or start Triphammer where it is in the PATH.',
            tone: 'warning',
          }
        : { what: `${tool} answers`, detail: version, tone: 'good' }
    }),
  )
}

const FLAGS: Readonly<Record<string, string>> = {
  go: 'version',
  zig: 'version',
  hugo: 'version',
  terraform: 'version',
  java: '-version',
  xcodebuild: '-version',
  v: 'version',
}
// They download something, or start a server, when they are only asked for their version.
const NOT_ASKED = new Set(['sbt', 'lein', 'flutter', 'bazel', 'gradle', 'clojure', 'pnpm', 'yarn'])

/** `undefined` when it is not there; empty when its version is not known. */
async function versionOf(tool: string, env: Env): Promise<string | undefined> {
  if (NOT_ASKED.has(tool)) return findProgram(tool, env)
  return new Promise(resolve =>
    execFile(
      tool,
      [FLAGS[tool] ?? '--version'],
      { env, timeout: 10_000, shell: process.platform === 'win32' },
      (error, stdout, stderr) => {
        const version = `${stdout}\n${stderr}`
          .split('\n')
          .find(line => /\d/.test(line))
          ?.trim()
        resolve(error ? undefined : (version ?? ''))
      },
    ),
  )
}

async function findProgram(tool: string, env: Env): Promise<string | undefined> {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter).filter(one => one !== ''))
    for (const suffix of suffixes) {
      const file = join(folder, tool + suffix)
      const found = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (found) return file
    }
  return undefined
}
