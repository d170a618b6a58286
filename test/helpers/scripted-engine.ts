import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packSlave } from '../../scripts/pack-slave.mjs'
import { afterFile } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'
import { ROOT, testEnvironment } from './master.ts'

export interface ScriptedEngine {
  /** What the script remembers, and what it can be told by. */
  readonly folder: string
  readonly env: Record<string, string>
  /** Its calls so far, each with its arguments. */
  readonly calls: readonly (readonly string[])[]
  /** The processes that stand for containers. */
  readonly pids: readonly number[]
}

/** A program in the PATH that behaves like an engine's client, under the names given. */
export function scriptedEngine(
  script: 'docker' | 'kubectl',
  names = [script] as string[],
): ScriptedEngine {
  const folder = temporaryFolder(script)
  const bin = temporaryFolder('bin')
  const source = join(ROOT, 'test/helpers/scripted', `${script}.mjs`)
  for (const name of names) {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\nexec "${process.execPath}" "${source}" ${name} "$@"\n`,
    )
    chmodSync(join(bin, name), 0o755)
  }
  const env = testEnvironment()
  return {
    folder,
    env: {
      ...env,
      // Nothing else of that name is to be found.
      PATH: `${bin}:/usr/bin:/bin`,
      SCRIPTED_PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      [`SCRIPTED_${script.toUpperCase()}`]: folder,
    },
    get calls() {
      const file = join(folder, 'log')
      if (!existsSync(file)) return []
      const lines = readFileSync(file, 'utf8').trim().split('\n')
      return lines.map(line => JSON.parse(line) as string[])
    },
    get pids() {
      return readdirSync(folder)
        .filter(name => name === 'pid' || name.startsWith('triphammer-'))
        .map(name => Number(readFileSync(join(folder, name), 'utf8')))
    },
  }
}

let packed: Promise<string> | undefined

/** The slave as one file, made from the sources that are tested. */
export function packedSlave(): Promise<string> {
  packed ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'triphammer-packed-'))
    afterFile(() => rmSync(folder, { recursive: true }))
    await packSlave(folder)
    return join(folder, 'slave-packed.mjs')
  })()
  return packed
}
