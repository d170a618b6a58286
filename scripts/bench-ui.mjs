// npm run bench:ui: measures the window in a real Chromium, on histories of 10,000, 100,000 and
// 1,000,000 builds. `npm run bench:ui -- 100000` takes only that one.
import { join } from 'node:path'
import {
  ensureBuilt,
  ensureChromium,
  ensureGit,
  ensureInstalled,
  node24,
  root,
  run,
} from './lib.mjs'

ensureInstalled()
ensureGit()
const chromium = ensureChromium()
ensureBuilt()
process.exit(
  await run(node24(), [join(root, 'test/bench/ui.ts'), ...process.argv.slice(2)], {
    env: { TRIPHAMMER_CHROMIUM: chromium },
  }),
)
