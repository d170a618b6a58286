// Signs the Linux metadata of a release. Started by scripts/sign-feed.mjs, which says how it is used.
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { signedBytes } from '../../main/app/update/feed-signature.ts'
import { fail, root, say } from '../lib.mjs'

const [first, second] = process.argv.slice(2)
if (first === '--make-key' && second) makeKey(second)
else if (first && process.env.TRIPHAMMER_FEED_KEY) signFeed(first, process.env.TRIPHAMMER_FEED_KEY)
else
  fail(
    'usage: TRIPHAMMER_FEED_KEY=KEY.pem npm run sign-feed -- FEED.yml, or npm run sign-feed -- --make-key KEY.pem',
  )

function makeKey(path) {
  // Where "git add" would find it, it is one slip away from everybody.
  if (!relative(root, resolve(path)).startsWith('..'))
    fail(`${path} is inside of the checkout. Keep the key outside, as in ~/keys/feed-key.pem.`)
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), {
    mode: 0o600,
    flag: 'wx',
  })
  say(`the private key is in ${path}; put this line into "feedKeys" of package.json:`)
  process.stdout.write(`${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}\n`)
}

function signFeed(path, keyPath) {
  const feed = parseDocument(readFileSync(path, 'utf8'))
  const key = createPrivateKey(readFileSync(keyPath))
  feed.set('signature', sign(null, signedBytes(feed.toJS()), key).toString('base64'))
  writeFileSync(path, feed.toString())
  say(`${path} is signed for version ${feed.get('version')}`)
}
