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

// Only programs that are known to answer at once are run. The name of any other may be a
// stranger's choice, and some download something when they are only asked for their version.
const ASKED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    'bash bun bundle cabal cargo cmake composer crystal deno dotnet ghc just make meson mvn node npm perl php py pytest python3 ruby swift tox uv'
      .split(' ')
      .map(tool => [tool, '--version']),
  ),
  go: 'version',
  zig: 'version',
  java: '-version',
  javac: '-version',
  xcodebuild: '-version',
}

/** `undefined` when it is not there. */
async function versionOf(tool: string, env: Env): Promise<string | undefined> {
  const file = await findProgram(tool, env)
  const flag = Object.hasOwn(ASKED, tool) ? ASKED[tool] : undefined
  if (file === undefined || flag === undefined) return file
  // Windows runs command files by its shell only, and Node warns of a shell that is given a list.
  const shell = process.platform === 'win32'
  return new Promise(resolve =>
    execFile(
      shell ? `${tool} ${flag}` : tool,
      shell ? [] : [flag],
      { env, timeout: 10_000, shell, windowsHide: true },
      (_error, stdout, stderr) => {
        const version = `${stdout}\n${stderr}`
          .split('\n')
          .find(line => /\d/.test(line))
          ?.trim()
        resolve(version ?? file)
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
