// Signs the Linux metadata of a release. Started by scripts/sign-feed.mjs, which says how it is used.
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { signedBytes } from '../../main/app/update/feed-signature.ts'
import { fail, root, say } from '../lib.mjs'

const [first, second] = process.argv.slice(2)
if (first === '--make-key' && second) makeKey(second)
else if (first && process.env.TRIPHAMMER_FEED_KEY) signFeed(first, process.env.TRIPHAMMER_FEED_KEY)
else
  fail(
    'TRIPHAMMER_FEED_KEY=KEY.pem npm run sign-feed -- FEED.yml signs (the variable may hold the key itself), npm run sign-feed -- --make-key KEY.pem makes a key',
  )

function makeKey(path) {
  // Where "git add" would find it, it is one slip away from everybody.
  if (!relative(root, resolve(path)).startsWith('..'))
    fail(`${path} is inside of the checkout. Keep the key outside, as in ~/keys/feed-key.pem.`)
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
  attempt(`${path} can't be made`, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // A key that is there may be the one that installed apps know.
    writeFileSync(path, pem, { mode: 0o600, flag: 'wx' })
  })
  const file = join(root, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const shown = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  manifest.feedKeys = [...(manifest.feedKeys ?? []), shown]
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
  say(`the private key is in ${path}: keep it, and give it to the release as the secret FEED_KEY`)
  say('the public half is in "feedKeys" of package.json: commit that')
  process.stdout.write(`${shown}\n`)
}

function signFeed(path, keyPath) {
  const feed = attempt(`${path} can't be signed`, () => parseDocument(readFileSync(path, 'utf8')))
  const key = attempt("TRIPHAMMER_FEED_KEY can't be used", () =>
    createPrivateKey(keyPath.includes('-----BEGIN') ? keyPath : readFileSync(keyPath)),
  )
  feed.set('signature', sign(null, signedBytes(feed.toJS()), key).toString('base64'))
  writeFileSync(path, feed.toString())
  say(`${path} is signed for version ${feed.get('version')}`)
}

function attempt(what, act) {
  try {
    return act()
  } catch (error) {
    fail(`${what}: ${error.message}`)
  }
}
