// npm run pack:slave: the slave as a package of its own, without the desktop's weight.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fail, root, say } from './lib.mjs'
import { licenses } from './licenses.mjs'
import { packSlave } from './pack-slave.mjs'

/** Writes `triphammer-slave-<version>.tgz` into a folder. Returns its path. */
export async function packSlavePackage(folder) {
  const stage = mkdtempSync(join(tmpdir(), 'triphammer-slave-'))
  try {
    await packSlave(stage, [licenses()])
    const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest(whole), null, 2)}\n`)
    for (const name of ['LICENSE', 'scripts/triphammer-slave.mjs'])
      copyFileSync(join(root, name), join(stage, name.replace('scripts/', '')))
    copyFileSync(join(root, 'docs/slave-package.md'), join(stage, 'README.md'))
    mkdirSync(folder, { recursive: true })
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(folder)]
    const windows = process.platform === 'win32'
    const { status, stdout, stderr } = spawnSync('npm', args, {
      cwd: stage,
      encoding: 'utf8',
      shell: windows,
    })
    if (status !== 0) throw new Error(`npm pack: ${stderr}`)
    // npm 12 gives a map, earlier ones a list.
    const [packed] = Object.values(JSON.parse(stdout))
    return join(resolve(folder), packed.filename)
  } finally {
    rmSync(stage, { recursive: true })
  }
}

function manifest({ version, license, author, homepage, dependencies }) {
  return {
    name: 'triphammer-slave',
    version,
    description: 'A slave of Triphammer: it runs the builds of a master on this machine.',
    license,
    author,
    homepage,
    type: 'module',
    bin: { 'triphammer-slave': 'triphammer-slave.mjs', triphammer: 'triphammer-slave.mjs' },
    engines: { node: '>=22' },
    files: ['slave-packed.mjs', 'triphammer-slave.mjs', 'LICENSES.txt'],
    // Steps and shells that ask for a terminal need it; all else goes without.
    optionalDependencies: { 'node-pty': dependencies['node-pty'] },
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  packSlavePackage(join(root, 'dist')).then(
    file => say(`packed ${file}`),
    error => fail(error.message),
  )
