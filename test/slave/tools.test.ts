import '../helpers/with-processes.ts'
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findTools, knownTools } from '../../slave/tools.ts'
import { temporaryFolder } from '../helpers/folders.ts'

const HOUR = 3_600_000
const posix = process.platform !== 'win32'

// A PATH with nothing but these, each saying its text.
function machine(programs: Readonly<Record<string, string>>) {
  const bin = temporaryFolder('bin')
  const folder = temporaryFolder('slave')
  for (const [name, script] of Object.entries(programs)) install(name, script)
  const search = (now = 0) => findTools({ env: { PATH: bin }, folder, now })
  return { bin, folder, search, install }

  function install(name: string, script: string) {
    const file = join(bin, name)
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    return file
  }
}

const say = (text: string) => `echo '${text}'`

test.runIf(posix)('each program is asked in its own way, and told by its version', async () => {
  const { search } = machine({
    git: say('git version 2.39.5'),
    node: say('v24.21.0'),
    npm: say('10.8.2'),
    python3: say('Python 3.11.2'),
    gcc: say('gcc (Debian 12.2.0-14+deb12u1) 12.2.0'),
    clang: say('Debian clang version 14.0.6'),
    cmake: say('cmake version 3.25.1'),
    make: say('GNU Make 4.3'),
    go: '[ "$1" = version ] && echo "go version go1.22.3 linux/amd64"',
    cargo: say('cargo 1.80.0-nightly (b1feb75d0 2024-06-07)'),
    rustc: say('rustc 1.79.0 (129f3b996 2024-06-10)'),
    java: `[ "$1" = -version ] && echo 'openjdk version "17.0.9" 2023-10-17' >&2`,
    docker: say('Docker version 24.0.7, build afdd53b'),
  })
  expect(await search()).toEqual({
    git: '2.39.5',
    node: '24.21.0',
    npm: '10.8.2',
    python: '3.11.2',
    gcc: '12.2.0',
    clang: '14.0.6',
    cmake: '3.25.1',
    make: '4.3',
    go: '1.22.3',
    cargo: '1.80.0-nightly',
    rustc: '1.79.0',
    java: '17.0.9',
    docker: '24.0.7',
  })
})

test.runIf(posix)(
  'what is old, in disguise, broken or talks nonsense is known for what it is',
  async () => {
    const { search } = machine({
      java: `echo 'java version "1.8.0_392"' >&2`,
      gcc: say('Apple clang version 15.0.0 (clang-1500.3.9.4)'),
      clang: say('Apple clang version 15.0.0 (clang-1500.3.9.4)'),
      python: say('Python 2.7.18'),
      cmake: 'echo "cmake version 3.25.1"; exit 1',
      git: say('hello'),
    })
    expect(await search()).toEqual({ java: '8.0.392', clang: '15.0.0', python: '2.7.18' })
  },
)

test.runIf(posix)(
  'a program is asked again when it is another file, and after some hours',
  async () => {
    // A shim: which version it is stands in another file.
    const { search, install, folder, bin } = machine({ node: 'read v < "$0.version"; echo "$v"' })
    const choose = (version: string) => writeFileSync(join(bin, 'node.version'), `${version}\n`)
    choose('v1.0.0')
    const first = await search(0)
    choose('v1.1.0')
    // The same file: what was found is kept, also for the next life of the slave.
    const kept = [await search(HOUR), knownTools(folder)]
    const later = await search(7 * HOUR)
    install('node', 'echo v2.0.0; : a file of another size')
    const other = await search(7 * HOUR)
    expect([first, kept, later, other]).toEqual([
      { node: '1.0.0' },
      [{ node: '1.0.0' }, { node: '1.0.0' }],
      { node: '1.1.0' },
      { node: '2.0.0' },
    ])
  },
)

test('a cache that can not be read is none', async () => {
  const folder = temporaryFolder('slave')
  const texts = ['', '{"node":7}', '[]', '{"node":{"mark":"x"}}', 'null']
  const known = texts.map(text => {
    writeFileSync(join(folder, '.tools.json'), text)
    return knownTools(folder)
  })
  expect(known).toEqual([undefined, undefined, {}, undefined, undefined])
})

test('the node that runs this test is found, with its version', async () => {
  const env = { PATH: join(process.execPath, '..') }
  const found = await findTools({ env, folder: temporaryFolder('slave'), now: 0 })
  expect(found.node).toBe(process.versions.node)
})

test.runIf(posix)(
  'what stands in PATH and is no folder, or leads nowhere, is passed over',
  async () => {
    const { bin, folder } = machine({ git: say('git version 2.39.5') })
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    symlinkSync('/nowhere/at/all', join(bin, 'node'))

    const found = await findTools({ env: { PATH: `${file}:/nowhere::${bin}` }, folder, now: 0 })

    expect(found).toEqual({ git: '2.39.5' })
  },
)
