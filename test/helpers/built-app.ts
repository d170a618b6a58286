import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './folders.ts'
import { ROOT } from './master.ts'

/**
 * The command line as it is built and shipped, which starts twice as fast as from
 * its TypeScript; `undefined` where it can't be built. A copy: the next build must
 * not change it under a test.
 */
export function builtCli(): string | undefined {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  if (status !== 0) return undefined
  const app = temporaryFolder('app')
  cpSync(join(ROOT, 'out'), join(app, 'out'), { recursive: true })
  copyFileSync(join(ROOT, 'package.json'), join(app, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'))
  return join(app, 'out/main/cli.js')
}
