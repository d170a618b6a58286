// npm run finish-release: adds to the packages in dist/ what a release has beside them: the slave's package, the npm
// package, a bill of materials, our signature on each feed, and the checksums of all. It uploads nothing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, fail, node24, root, run, say } from './lib.mjs'

ensureInstalled()
ensureBuilt()
const dist = join(root, 'dist')
mkdirSync(dist, { recursive: true })
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const feeds = readdirSync(dist).filter(name => /^(latest|beta)[\w-]*\.yml$/.test(name))
if (feeds.length === 0)
  fail('there is no feed in dist/: put the packages of all systems there first.')

await script('scripts/pack-slave-package.mjs')
npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', dist])
const bill = npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'])
writeFileSync(join(dist, `triphammer-${version}.cdx.json`), bill)
for (const feed of feeds) await script('scripts/release/sign-feed.mjs', join(dist, feed))
writeFileSync(join(dist, 'SHA256SUMS'), sums())
say(`dist/ has ${readdirSync(dist).length} files for a release`)

async function script(path, ...args) {
  const code = await run(node24(), [join(root, path), ...args])
  if (code !== 0) process.exit(code)
}

function npm(args) {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
    shell: process.platform === 'win32',
  })
  if (status !== 0) fail(`npm ${args[0]}: ${stderr}`)
  return stdout
}

function sums() {
  const hash = name =>
    createHash('sha256')
      .update(readFileSync(join(dist, name)))
      .digest('hex')
  return readdirSync(dist, { withFileTypes: true })
    .filter(one => one.isFile() && one.name !== 'SHA256SUMS')
    .map(one => `${hash(one.name)}  ${one.name}\n`)
    .sort()
    .join('')
}
