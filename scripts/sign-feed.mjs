// npm run sign-feed: signs the Linux metadata of a release, so that installed apps take it.
//   TRIPHAMMER_FEED_KEY=~/keys/feed-key.pem npm run sign-feed -- dist/latest-linux.yml
//   npm run sign-feed -- --make-key ~/keys/feed-key.pem     makes a key, and puts its public half into package.json
// The private half never goes into a repository.
import { join } from 'node:path'
import { ensureInstalled, node24, root, run } from './lib.mjs'

ensureInstalled()
const script = join(root, 'scripts/release/sign-feed.mjs')
process.exit(
  await run(node24(), [script, ...process.argv.slice(2)], { cwd: process.env.INIT_CWD ?? root }),
)
