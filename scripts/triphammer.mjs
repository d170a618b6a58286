#!/usr/bin/env node
// The command: finds a Node that has what we need, builds a checkout when its sources have changed,
// and hands over to the command line proper.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { endWithNpm, ensureBuilt, ensureInstalled, node24, root } from './lib.mjs'

if (existsSync(join(root, 'electron.vite.config.ts'))) {
  ensureInstalled()
  ensureBuilt()
}
const child = spawn(node24(), [join(root, 'out/main/cli.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
endWithNpm(child)
// The terminal sends Ctrl+C to both; other signals reach only this process.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
