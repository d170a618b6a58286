#!/usr/bin/env node
// The command: finds a Node that has what we need, builds a checkout when its sources have changed,
// and hands over to the command line proper.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, node24, passSignals, root } from './lib.mjs'

if (existsSync(join(root, 'electron.vite.config.ts'))) {
  ensureInstalled()
  ensureBuilt()
}
const child = spawn(node24(), [join(root, 'out/main/cli.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
passSignals(child)
child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
