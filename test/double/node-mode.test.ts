import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPackage } from '@electron/asar'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'

// What the double makes of ELECTRON_RUN_AS_NODE, each rule with where Electron states it.

const ELECTRON = join(import.meta.dirname, 'electron')
const env = { PATH: process.env.PATH!, ELECTRON_RUN_AS_NODE: '1' }

/** Runs `look` on `at` there, with fs/promises, and gives for each line what it was or how it failed. */
async function asNode(at: string, looks: Readonly<Record<string, string>>) {
  const lines = Object.entries(looks).map(
    ([name, look]) =>
      `said['${name}'] = await (async () => ${look})().catch(e => e.code ?? e.message.split(' /')[0])`,
  )
  const script = [
    "import fs from 'node:fs/promises'",
    `const said = {}, at = ${JSON.stringify(at)}`,
    ...lines,
    'console.log(JSON.stringify(said))',
  ].join('\n')
  const { stdout } = await promisify(execFile)(
    ELECTRON,
    ['--input-type=module', '--eval', script],
    { env },
  )
  return JSON.parse(stdout)
}

test('what looks and opens takes files *.asar for folders, what removes does not', async () => {
  const folder = temporaryFolder('archives')
  mkdirSync(join(folder, 'in/sub'), { recursive: true })
  writeFileSync(join(folder, 'in/sub/a.js'), 'a')
  await createPackage(join(folder, 'in'), join(folder, 'x/app.asar'))
  writeFileSync(join(folder, 'junk.asar'), 'junk')

  // lib/node/asar-fs-wrapper.ts; GetAsarArchivePath of shell/common/asar/asar_util.cc.
  const said = await asNode(folder, {
    stat: "(await fs.stat(at + '/x/app.asar')).isDirectory()",
    list: "fs.readdir(at + '/x/app.asar')",
    read: "fs.readFile(at + '/x/app.asar/sub/a.js', 'utf8')",
    whole: "fs.readFile(at + '/x/app.asar')",
    open: "fs.open(at + '/x/app.asar')",
    junk: "fs.stat(at + '/junk.asar')",
    notThere: "fs.stat(at + '/none.asar')",
    folder: "(await fs.stat(at + '/x')).isDirectory()",
    remove: "fs.rm(at + '/x', { recursive: true })",
    off: "(process.noAsar = true, (await fs.stat(at + '/x/app.asar')).isFile())",
    removeThen: "fs.rm(at + '/x', { recursive: true }).then(() => 'removed')",
  })

  expect(said).toEqual({
    stat: true,
    list: ['sub'],
    read: 'a',
    whole: 'ENOENT',
    open: 'ENOENT',
    junk: 'Invalid package',
    notThere: 'Invalid package',
    folder: true,
    remove: 'ENOTEMPTY',
    off: true,
    removeThen: 'removed',
  })
})

test('a program in the mount of an AppImage dies with it, one outside goes on', async () => {
  const mount = temporaryFolder('mount')
  const outside = temporaryFolder('outside')
  for (const folder of [mount, outside]) {
    const program = `#!/bin/sh\nexport ELECTRON_DOUBLE_PACKAGED=1 ELECTRON_DOUBLE_EXEC="$0"\nexec "${ELECTRON}" "$@"\n`
    writeFileSync(join(folder, 'program'), program, { mode: 0o755 })
  }
  writeFileSync(join(mount, 'AppRun'), '')
  const start = async (folder: string) => {
    const args = ['--eval', 'setInterval(() => {}, 1000); console.log("runs")']
    const child = spawn(join(folder, 'program'), args, { env, stdio: ['ignore', 'pipe', 2] })
    await once(child.stdout!, 'data')
    return child
  }
  const [inMount, out] = await Promise.all([start(mount), start(outside)])

  const died = once(inMount, 'exit')
  for (const folder of [mount, outside]) rmSync(folder, { recursive: true })

  expect(await died).toEqual([null, 'SIGBUS'])
  expect(out.exitCode ?? out.signalCode).toBe(null)
  out.kill()
  await once(out, 'exit')
})
