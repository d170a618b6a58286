// npm run fixture: freezes the data directories that a release leaves, as test/fixtures/releases/<version>/.
// Run it once for each release; `--checkout DIR` takes the code of another checkout, `--into DIR` writes
// somewhere else, to try it. See docs/releasing.md.
import { join, resolve } from 'node:path'
import { ensureGit, ensureInstalled, node24, root, run } from './lib.mjs'

ensureInstalled()
ensureGit()
const option = (name, usual) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? usual : resolve(process.argv[at + 1] ?? '')
}
const checkout = option('--checkout', root)
const into = option('--into', join(root, 'test/fixtures/releases'))
process.exit(await run(node24(), [join(root, 'scripts/fixture/freeze.mjs'), checkout, into]))
