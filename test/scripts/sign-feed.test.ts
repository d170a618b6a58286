import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT } from '../helpers/master.ts'

test('a key that is there is left as it is, and what can’t be signed is told in one line', () => {
  const key = join(temporaryFolder('keys'), 'feed-key.pem')
  writeFileSync(key, 'the key of all installed apps')
  const manifest = join(ROOT, 'package.json')
  const before = readFileSync(manifest, 'utf8')
  const run = (...args: string[]) => {
    const script = join(ROOT, 'scripts/release/sign-feed.mjs')
    const env = { ...process.env, TRIPHAMMER_FEED_KEY: key }
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], {
      env,
      encoding: 'utf8',
    })
    return [status, stderr]
  }
  expect([run('--make-key', key), run('missing.yml'), run(manifest)]).toEqual([
    [1, expect.stringMatching(/^triphammer: .*feed-key\.pem can't be made: EEXIST: [^\n]*\n$/)],
    [1, expect.stringMatching(/^triphammer: missing\.yml can't be signed: ENOENT: [^\n]*\n$/)],
    [1, expect.stringMatching(/^triphammer: TRIPHAMMER_FEED_KEY can't be used: [^\n]*\n$/)],
  ])
  expect([readFileSync(key, 'utf8'), readFileSync(manifest, 'utf8')]).toEqual([
    'the key of all installed apps',
    before,
  ])
})
