// Signs the Linux metadata of a release, so that installed apps take it:
//   TRIPHAMMER_FEED_KEY=feed-key.pem node scripts/sign-feed.mjs dist/latest-linux.yml
//   node scripts/sign-feed.mjs --make-key feed-key.pem     makes a key, and prints its public half
// The public half goes into "feedKeys" of package.json; the private half never into a repository.
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { signedBytes } from '../main/app/update/feed-signature.ts'
import { fail, say } from './lib.mjs'

const [first, second] = process.argv.slice(2)
if (first === '--make-key' && second) makeKey(second)
else if (first && process.env.TRIPHAMMER_FEED_KEY) signFeed(first, process.env.TRIPHAMMER_FEED_KEY)
else
  fail(
    'usage: TRIPHAMMER_FEED_KEY=KEY.pem node scripts/sign-feed.mjs FEED.yml, or --make-key KEY.pem',
  )

function makeKey(path) {
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
