// npm run bench: measures this machine. `npm run bench -- builds logs` runs only these rows.
import { join } from 'node:path'
import { ensureBuilt, ensureGit, ensureInstalled, node24, root, run } from './lib.mjs'

ensureInstalled()
ensureGit()
ensureBuilt()
process.exit(await run(node24(), [join(root, 'test/bench/bench.ts'), ...process.argv.slice(2)]))
