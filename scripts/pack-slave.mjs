// The slave as one file, which a master sends to machines that it starts on demand, and as the package
// that it serves to machines on which a person starts one.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { create } from 'tar'
import { build } from 'vite'
import { root } from './lib.mjs'
import { licenses } from './licenses.mjs'

const BUNDLE = 'slave-packed.mjs'

/** Writes `slave-packed.mjs` and `triphammer-slave-<version>.tgz` into a folder. Returns the path of the package. */
export async function packSlave(folder) {
  const stage = mkdtempSync(join(tmpdir(), 'triphammer-slave-'))
  try {
    await bundleSlave(stage)
    const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest(whole), null, 2)}\n`)
    for (const name of ['LICENSE', 'scripts/triphammer-slave.mjs'])
      copyFileSync(join(root, name), join(stage, basename(name)))
    const readme = readFileSync(join(root, 'docs/slave-package.md'), 'utf8')
    writeFileSync(join(stage, 'README.md'), readme.replaceAll('VERSION', whole.version))
    mkdirSync(folder, { recursive: true })
    copyFileSync(join(stage, BUNDLE), join(folder, BUNDLE))
    const file = join(folder, `triphammer-slave-${whole.version}.tgz`)
    await create(
      // Without owners and times: the same sources give the same bytes, and so the same hash.
      { file, cwd: stage, prefix: 'package', gzip: { level: 9 }, portable: true, mtime: EPOCH },
      ['package.json', 'LICENSE', 'LICENSES.txt', 'README.md', BUNDLE, 'triphammer-slave.mjs'],
    )
    return file
  } finally {
    rmSync(stage, { recursive: true })
  }
}

const EPOCH = new Date('2000-01-01T00:00:00Z')

function bundleSlave(folder) {
  return build({
    configFile: false,
    plugins: [licenses()],
    root,
    logLevel: 'error',
    build: {
      ssr: join(root, 'slave/main.ts'),
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      // Such a machine brings its own Node.
      target: 'node22',
      minify: true,
      rolldownOptions: {
        output: { format: 'es', codeSplitting: false, entryFileNames: BUNDLE },
      },
    },
    // A native module can't travel; a step that asks for a pty is told so.
    ssr: { noExternal: true, external: ['node-pty'] },
  })
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
    files: [BUNDLE, 'triphammer-slave.mjs', 'LICENSES.txt'],
    // Steps and shells that ask for a terminal need it; all else goes without.
    optionalDependencies: { 'node-pty': dependencies['node-pty'] },
  }
}
