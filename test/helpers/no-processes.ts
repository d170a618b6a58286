import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'

// The tests of the quick lane are quick because they start nothing: see scripts/quick-tests.mjs.
const refuse = (name: string) => () => {
  throw new Error(
    `${name}: a test of the quick lane starts no process and no thread; import test/helpers/with-processes.ts in it`,
  )
}

for (const name of [
  'spawn',
  'spawnSync',
  'exec',
  'execSync',
  'execFile',
  'execFileSync',
  'fork',
] as const)
  Object.assign(childProcess, { [name]: refuse(name) })
Object.assign(threads, { Worker: refuse('Worker') })
syncBuiltinESMExports()
