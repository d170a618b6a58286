import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { listPackage } from '@electron/asar'
import { build, Platform } from 'electron-builder'
import { parse } from 'yaml'
import { LATEST } from '../../main/master/db/migrate.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ASAR = join(ROOT, 'node_modules/@electron/asar/bin/asar.js')
const ELECTRON_VERSION = JSON.parse(
  readFileSync(join(ROOT, 'node_modules/electron/package.json'), 'utf8'),
).version as string

/** By it the tools find the fuses in Electron's binary; a version, a length and a character for each fuse follow. */
const FUSE_WIRE = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** The fuses of a packaged app, in the order of Electron's own list: `0` off, `1` on. */
export function fusesOf(folder: string): string {
  const text = readFileSync(join(folder, 'triphammer'), 'latin1')
  const at = text.indexOf(FUSE_WIRE) + FUSE_WIRE.length
  return text.slice(at + 2, at + 2 + text.charCodeAt(at + 1))
}

/** What is in the archive of a packaged app, and beside it. */
export function filesOf(folder: string): readonly string[] {
  return listPackage(join(folder, 'resources/app.asar'), { isPack: false })
}

export interface PackageOrder {
  readonly version: string
  /** Where everything goes. */
  readonly folder: string
  /** Where the packaged app looks for updates. */
  readonly feedUrl: string
  readonly feedKeys: readonly string[]
  /** Whether its history has one step of the schema more than ours. */
  readonly later?: boolean
  /** The binary of an unpacked Electron; the double takes its place when it is left out. */
  readonly electron?: string | undefined
}

/**
 * Packages the built app as an AppImage with electron-builder: around Electron as a release is, but without
 * its fuses, or around the double and with a runtime of our own that unpacks the image. Good for a test, never
 * a release.
 *
 * @returns The path of the AppImage; `latest-linux.yml` is beside it.
 */
export async function packageAppImage(order: PackageOrder): Promise<string> {
  const { version, folder, feedUrl, feedKeys } = order
  if (order.electron === undefined)
    process.env.APPIMAGE_TOOLS_PATH = makeTools(join(folder, 'tools'))
  const [everyday, release] = ['electron-builder.yml', 'electron-builder.release.yml'].map(name =>
    parse(readFileSync(join(ROOT, name), 'utf8')),
  )
  const { extends: _, ...own } = release
  const output = join(folder, version)
  const files = order.later ? laterFiles(folder, everyday.files) : everyday.files
  const [file] = await build({
    projectDir: ROOT,
    targets: Platform.LINUX.createTarget('AppImage'),
    publish: 'never',
    config: {
      ...everyday,
      // A driver can't look into an Electron whose fuses are flipped.
      ...(order.electron === undefined && own),
      files,
      directories: { output },
      electronDist: order.electron
        ? dirname(order.electron)
        : makeElectron(join(folder, 'electron')),
      electronVersion: ELECTRON_VERSION,
      compression: 'store',
      publish: { provider: 'generic', url: feedUrl },
      extraMetadata: { version, feedKeys },
    },
  })
  return file!
}

// What is built, with one more step in the list that migrate.ts has: what an update brings, and what a step back meets.
function laterFiles(folder: string, files: readonly string[]) {
  const out = join(folder, 'later')
  cpSync(join(ROOT, 'out'), out, { recursive: true })
  const [name] = globSync('main/chunks/migrate-*.js', { cwd: out })
  const text = readFileSync(join(out, name!), 'utf8')
  const step = `{ version: ${LATEST + 1}, up(db) { db.exec("ALTER TABLE builds ADD COLUMN from_later TEXT") } }`
  const later = text.replace(/(MIGRATIONS = \[[^\]]*?),?\s*\]/, `$1, ${step}]`)
  if (later === text) throw new Error(`no list of migrations in ${name}`)
  writeFileSync(join(out, name!), later)
  return [
    { from: out, to: 'out', filter: ['**/*', '!**/*.map', '!.sources'] },
    ...files.filter(one => !one.startsWith('out/')),
  ]
}

/** Whether this machine has what an AppImage around the double is made with. */
export function canPackage(): boolean {
  return (
    process.platform === 'linux' &&
    ['mksquashfs', 'unsquashfs', 'desktop-file-validate'].every(tool => which(tool) !== undefined)
  )
}

// What electron-builder takes for Electron's own files. Its executable hands over to the double.
function makeElectron(folder: string): string {
  if (existsSync(folder)) return folder
  mkdirSync(join(folder, 'resources'), { recursive: true })
  writeFileSync(join(folder, 'version'), ELECTRON_VERSION)
  writeFileSync(join(folder, 'LICENSE'), '')
  writeFileSync(join(folder, 'LICENSES.chromium.html'), '')
  const lines = [
    '#!/bin/sh',
    'ELECTRON_DOUBLE_EXEC=$(readlink -f -- "$0")',
    'ELECTRON_DOUBLE_PACKAGED=$(dirname -- "$ELECTRON_DOUBLE_EXEC")/resources',
    'export ELECTRON_DOUBLE_EXEC ELECTRON_DOUBLE_PACKAGED',
    `exec "${join(ROOT, 'test/double/electron')}" "$@"`,
  ]
  // What packages flip; the shell has gone over to the double before it reads that far.
  const fuses = `${FUSE_WIRE}\x01\x09${'1'.repeat(9)}`
  writeFileSync(join(folder, 'electron'), `${lines.join('\n')}\n${fuses}`, { mode: 0o755 })
  return folder
}

// The tools that electron-builder would fetch, from this machine.
function makeTools(folder: string): string {
  if (existsSync(folder)) return folder
  mkdirSync(join(folder, 'runtimes'), { recursive: true })
  mkdirSync(join(folder, 'lib/x64'), { recursive: true })
  for (const tool of ['mksquashfs', 'desktop-file-validate'])
    symlinkSync(which(tool)!, join(folder, tool))
  const runtime = join(folder, 'runtimes', 'runtime-x64')
  writeFileSync(runtime, runtimeScript(4096))
  chmodSync(runtime, 0o755)
  return folder
}

// The image follows the runtime; a real one mounts it, this one unpacks it for as long as it runs.
function runtimeScript(sizeBytes: number): string {
  const script = [
    '#!/bin/sh',
    'image=$(readlink -f -- "$0")',
    'folder=$(mktemp -d)',
    'trap \'rm -rf "$folder"\' EXIT',
    `unsquashfs -quiet -no-progress -offset ${sizeBytes} -dest "$folder/app" "$image" >/dev/null || exit 127`,
    // As a real one does: it says where, and holds the mount until it is ended.
    'if [ "$1" = --appimage-mount ]; then',
    // Node in the double's place starts no file of an archive.
    `  resources=$folder/app/resources; "${process.execPath}" "${ASAR}" extract "$resources/app.asar" "$folder/archive"`,
    '  rm "$resources/app.asar"; mv "$folder/archive" "$resources/app.asar"',
    '  echo "$folder/app"; trap "exit 0" TERM',
    '  while :; do sleep 1 & wait $!; done',
    'fi',
    'APPIMAGE=$image APPDIR=$folder/app "$folder/app/AppRun" "$@" &',
    'child=$!',
    // A signal to this shell is meant for the app.
    'for name in TERM INT HUP; do trap "kill -$name $child" "$name"; done',
    'wait "$child"; code=$?',
    'while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done',
    'exit "$code"',
  ].join('\n')
  return `${`${script}\n`.padEnd(sizeBytes - 1, '#')}\n`
}

function which(tool: string): string | undefined {
  try {
    return execFileSync('which', [tool], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
}
