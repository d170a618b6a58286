// npm run fixture: freezes the data directories that a release leaves, as test/fixtures/releases/<version>/.
// Run it once for each release, on the tag; `npm run fixture -- --checkout DIR` takes the code of another
// checkout. See docs/upgrades.md.
import { join, resolve } from 'node:path'
import { ensureGit, ensureInstalled, node24, root, run } from './lib.mjs'

ensureInstalled()
ensureGit()
const at = process.argv.indexOf('--checkout')
const checkout = at < 0 ? root : resolve(process.argv[at + 1] ?? '')
process.exit(await run(node24(), [join(root, 'scripts/fixture/freeze.mjs'), checkout]))
