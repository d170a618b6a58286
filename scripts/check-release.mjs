// npm run check-release -- vVERSION: whether this commit can be released under that tag. Says each reason why not.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, fail, root, say } from './lib.mjs'
import { releaseFaults } from './release/faults.mjs'

ensureInstalled()
const { parse } = await import('yaml')
const read = name => readFileSync(join(root, name), 'utf8')
const tag = process.argv[2] ?? ''
const faults = releaseFaults({
  tag,
  manifest: JSON.parse(read('package.json')),
  packaging: parse(read('electron-builder.yml')),
  root,
})
if (faults.length > 0)
  fail(`this can't be released as "${tag}": ${faults.join('; ')}. See docs/releasing.md.`)
say(`${tag} can be released`)
