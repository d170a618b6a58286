// npm start: sets everything up and starts the app. Arguments go to the command line, as in `npm start -- PATH`.
import { join } from 'node:path'
import { ensureBuilt, ensureGit, ensureInstalled, node24, root, run } from './lib.mjs'

ensureInstalled()
ensureGit()
ensureBuilt()
process.exit(await run(node24(), [join(root, 'out/main/cli.js'), ...process.argv.slice(2)]))
