// npm run bench:ui: measures the window in a real Chromium, on histories of 10,000, 100,000 and
// 1,000,000 builds, and on the logs that are hardest to show. `npm run bench:ui -- 100000` takes
// only that history, `npm run bench:ui -- logs` only the logs, `… -- logs 100` such of 100 MiB.
// `npm run bench:ui -- live` keeps a window open for an hour while builds run, `… --minutes 10` for ten minutes.
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
const wanted = process.argv.slice(2)
const logs = wanted.indexOf('logs')
const env = { TRIPHAMMER_CHROMIUM: chromium }
const bench = (name, ...args) => run(node24(), [join(root, 'test/bench', name), ...args], { env })
if (wanted[0] === 'live') process.exit(await bench('live.ts', ...wanted.slice(1)))
const ofHistory = logs < 0 ? await bench('ui.ts', ...wanted) : 0
const ofLogs =
  logs >= 0 || wanted.length === 0 ? await bench('log-ui.ts', ...wanted.slice(logs + 1)) : 0
process.exit(ofHistory || ofLogs)
