// npm run package: packages the app for this system into dist/, with the fuses of a release. It uploads nothing.
// `npm run package -- --try` packages also what still has placeholders; other arguments go to electron-builder.
// TRIPHAMMER_SIGNING holds what it signs with: a JSON object of electron-builder's own variables (docs/releasing.md).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, fail, node24, root, run, say } from './lib.mjs'
import { findPlaceholders } from './release/placeholders.mjs'

ensureInstalled()
const { parse } = await import('yaml')
const read = name => readFileSync(join(root, name), 'utf8')
const left = findPlaceholders(JSON.parse(read('package.json')), parse(read('electron-builder.yml')))
const args = process.argv.slice(2).filter(one => one !== '--try')
if (left.length > 0 && !process.argv.includes('--try'))
  fail(
    `a release needs ${left.join(', ')}: see "Before the first release" in docs/releasing.md. "npm run package -- --try" packages all the same.`,
  )
ensureBuilt()
const builder = join(root, 'node_modules/electron-builder/cli.js')
const config = join(root, 'electron-builder.release.yml')
const signing = readSigning(process.env.TRIPHAMMER_SIGNING)
// A certificate that lies about on this machine is nobody's order to sign with it.
const env = signing ?? { CSC_IDENTITY_AUTO_DISCOVERY: 'false' }
if (!signing && process.platform !== 'linux')
  say('TRIPHAMMER_SIGNING is not set: nothing is signed')
process.exit(
  await run(node24(), [builder, '--config', config, '--publish', 'never', ...args], { env }),
)

function readSigning(text) {
  if (!text) return undefined
  try {
    const values = JSON.parse(text)
    if (Object.values(values).every(value => typeof value === 'string')) return values
  } catch {
    // Its content is secret: it is not shown.
  }
  return fail('TRIPHAMMER_SIGNING is no JSON object of texts, such as {"CSC_LINK": "…"}')
}
