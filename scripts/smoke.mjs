// npm run smoke: what can only be seen on Electron itself. `TRIPHAMMER_ELECTRON=<path> npm run smoke` starts this
// checkout in that Electron, without it in the double; `npm run smoke -- PROGRAM` starts a packaged app.
import { join } from 'node:path'
import { ensureBuilt, ensureGit, ensureInstalled, node24, root, run } from './lib.mjs'

ensureInstalled()
ensureGit()
ensureBuilt()
process.exit(await run(node24(), [join(root, 'test/smoke/smoke.ts'), ...process.argv.slice(2)]))
