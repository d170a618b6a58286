import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { EnvironmentPort } from '../bridge/environment.ts'
import { RefusedError } from '../bridge/refused.ts'
import { writeLasting } from '../master/lasting.ts'
import { looksSecret } from '../master/secrets.ts'
import type { BuildEnvironment } from './shell-environment.ts'

/** The environment of builds, as long as this master runs. */
export interface BuildEnvironments extends EnvironmentPort {
  now(): BuildEnvironment
}

const FILE = 'environment.json'
const SHAPE = z.object({
  shell: z.string().nullable(),
  readAt: z.number(),
  values: z.record(z.string(), z.string()),
})

/**
 * Takes the environment that was pinned, or asks for one. What is pinned is in a file
 * of its own, which only its person can read: environments hold secrets.
 *
 * @param read Asks for it. Never rejects.
 */
export async function openBuildEnvironment(
  folder: string,
  read: () => Promise<BuildEnvironment>,
  log: (text: string) => void,
): Promise<BuildEnvironments> {
  const file = join(folder, FILE)
  let now = readPinned() ?? (await readNow())

  return {
    now: () => now,
    show: () => describe(now),
    async refresh() {
      if (now.from === 'pinned')
        throw new RefusedError('The environment is pinned. Let it go first, then read it again.')
      now = await readNow()
      return describe(now)
    },
    pin() {
      const { shell, readAt, values } = now
      writeLasting(file, `${JSON.stringify({ shell, readAt, values })}\n`)
      now = { ...now, from: 'pinned', problem: null }
      return describe(now)
    },
    async unpin() {
      rmSync(file, { force: true })
      now = await readNow()
      return describe(now)
    },
  }

  async function readNow(): Promise<BuildEnvironment> {
    const environment = await read()
    if (environment.problem !== null)
      log(`the environment of your shell could not be read: ${environment.problem}`)
    return environment
  }

  function readPinned(): BuildEnvironment | undefined {
    if (!existsSync(file)) return undefined
    try {
      const { shell, readAt, values } = SHAPE.parse(JSON.parse(readFileSync(file, 'utf8')))
      return { values, from: 'pinned', shell, problem: null, readAt }
    } catch (error) {
      log(`${file} is damaged and not used: ${(error as Error).message}`)
      return undefined
    }
  }
}

function describe({ values, ...rest }: BuildEnvironment) {
  const shown = Object.entries(values)
    .sort(([a], [b]) => a.localeCompare(b))
    // Who looks over a shoulder must not read a token; whoever needs its value has it elsewhere.
    .map(([name, value]) => ({ name, value: looksSecret(name, value) ? null : value }))
  return { ...rest, variables: shown }
}
