// npm test: sets everything up, then runs types and lint, the unit and integration tests, and the
// end-to-end tests. `npm test -- FILTER` runs only the test files whose path holds FILTER.
import { join } from 'node:path'
import {
  ensureBuildbot,
  ensureBuilt,
  ensureChromium,
  ensureGit,
  ensureGitLfs,
  ensureInstalled,
  ensurePackagingTools,
  ensureSshd,
  fail,
  node24,
  root,
  run,
  say,
} from './lib.mjs'

const filters = process.argv.slice(2)
// The app builds and runs in a folder of any name; the test runner takes paths for URLs.
if (/[#?]/.test(root))
  fail(
    `the tests can't run in ${root}: Vitest reads # and ? in a path as parts of a URL. Move the checkout.`,
  )
ensureInstalled()
ensureGit()
const chromium = ensureChromium()
ensureBuildbot()
ensureSshd()
ensureGitLfs()
ensurePackagingTools()
ensureBuilt()

const env = { TRIPHAMMER_CHROMIUM: chromium, ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' }
const at = path => join(root, 'node_modules', path)
const stages = [
  ['types and lint', join(root, 'scripts/check.mjs'), []],
  ['unit and integration tests', at('vitest/vitest.mjs'), ['run', ...filters]],
  [
    'end-to-end tests',
    at('@playwright/test/cli.js'),
    ['test', '-c', 'test/e2e/playwright.config.ts', ...filters],
  ],
]
for (const [name, script, args] of stages) {
  const only = filters.length > 0
  if (only && name === 'types and lint') continue
  say(`${name} …`)
  // A filter may fit nothing in one of the two.
  const none = only ? [name.startsWith('unit') ? '--passWithNoTests' : '--pass-with-no-tests'] : []
  const code = await run(node24(), [script, ...args, ...none], { env })
  if (code !== 0) process.exit(code)
}
