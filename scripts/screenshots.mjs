// npm run screenshots: takes pictures of every view, with the builds of the demo desk in it, into
// screenshots/, and renews those that the docs use in docs/screenshots/.
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureChromium, ensureInstalled, node24, root, run, say } from './lib.mjs'

ensureInstalled()
const chromium = ensureChromium()
ensureBuilt()
const folder = join(root, 'screenshots')
const code = await run(
  node24(),
  [
    join(root, 'node_modules/@playwright/test/cli.js'),
    'test',
    '-c',
    'test/e2e/playwright.config.ts',
    'e2e/screenshots.spec',
    // What an update asks is seen only in one.
    'e2e/update.spec',
  ],
  { env: { TRIPHAMMER_CHROMIUM: chromium, TRIPHAMMER_SCREENSHOTS: folder } },
)
if (code !== 0) process.exit(code)
const docs = join(root, 'docs/screenshots')
for (const name of readdirSync(docs)) copyFileSync(join(folder, name), join(docs, name))
say(`the pictures are in ${folder}; those that the docs use were renewed`)
