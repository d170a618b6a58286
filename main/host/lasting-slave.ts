import { type ExecFileException, execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { syncFolder } from '../master/lasting.ts'
import { createRoomWatch, type Room } from '../master/room.ts'
import type { SlaveProgram } from '../master/slaves/local.ts'

export interface LastingSlaveOptions {
  /** Where copies are kept. */
  readonly folder: string
  /** Electron in the AppImage's mount, as Node. */
  readonly node: { readonly file: string; readonly env: Readonly<Record<string, string>> }
  /** What a slave is told besides its own arguments. */
  readonly args: readonly string[]
  /** Where the app has `out/` and `node_modules/`. */
  readonly appRoot: string
  readonly version: string
  readonly log: (text: string) => void
  /** How much room the disk of the copies has. */
  readonly room?: () => Room
}

interface Part {
  /** Path within the copy. */
  readonly name: string
  readonly sizeBytes: number
  /** A file of the runtime to copy, or what a file of the app holds. */
  readonly from: string | Buffer
}

const MAKING = '.making'
// What Electron as Node has no use for.
const OF_WINDOWS = /\.(pak|html|desktop|png|svg)$|^(AppRun|LICENSE.*|\.DirIcon)$/
const ENTRY = 'slave.mjs'
const CHECK_MS = 30_000
const RETRY_MS = 10 * 60_000
const LONGEST_REASON = 300

/** Whether this process runs from the mount of an AppImage, which goes when the app quits. */
export function runsFromMount(env: NodeJS.ProcessEnv, execPath: string): boolean {
  const { APPIMAGE, APPDIR } = env
  // Programs that another AppImage started have its variables, too.
  if (!APPIMAGE || !APPDIR || !existsSync(APPDIR)) return false
  return execPath.startsWith(realpathSync(APPDIR) + sep)
}

/**
 * Gives a copy of a slave's program that lasts when the AppImage's mount has gone, so that builds go on
 * after a quit. It is made by the first slave of a version that starts, and complete under its name;
 * copies of other versions go as soon as no slave runs from them.
 *
 * A copy takes some 200 MB, since Electron's Node is a part of Electron's program; the windows' files
 * are left out. Links can't lead out of a mount.
 */
export function lastingSlave(options: LastingSlaveOptions): NonNullable<SlaveProgram['lasting']> {
  const { folder, node, args, version, log } = options
  const room = options.room ?? createRoomWatch(dirname(folder))
  let failedAt = Number.NEGATIVE_INFINITY
  let looking: ReturnType<typeof look> | undefined

  return () => {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function look() {
    if (performance.now() - failedAt < RETRY_MS) return undefined
    try {
      const parts = await partsOf(options)
      const copy = join(folder, `${version}-${hashOf(parts)}`)
      if (!isWhole(copy, parts)) await make(copy, parts)
      await removeCopies(folder, basename(copy)).catch((error: Error) =>
        log(`old copies of a slave's program are still in ${folder}: ${error.message}`),
      )
      return { file: join(copy, basename(node.file)), args: [join(copy, ENTRY), ...args] }
    } catch (error) {
      failedAt = performance.now()
      await rm(join(folder, MAKING), { recursive: true, force: true }).catch(() => {})
      log(
        `builds of local slaves will not go on when Triphammer quits, because a slave's program could not be copied to ${folder}: ${(error as Error).message}`,
      )
      return undefined
    }
  }

  async function make(copy: string, parts: readonly Part[]): Promise<void> {
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    const { freeBytes, reserveBytes } = room()
    const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`
    if (freeBytes - sizeBytes < reserveBytes)
      throw new Error(
        `it takes ${mb(sizeBytes)}, and of the ${mb(freeBytes)} that are free ${mb(reserveBytes)} are kept for history`,
      )
    log(`a slave's program, ${mb(sizeBytes)}, is copied out of the AppImage to ${copy}`)
    const making = join(folder, MAKING)
    await rm(making, { recursive: true, force: true })
    for (const { name, from } of parts) {
      const to = join(making, name)
      await mkdir(dirname(to), { recursive: true, mode: 0o700 })
      if (typeof from === 'string') await copyFile(from, to)
      else await writeFile(to, from)
      await sync(to)
    }
    await mustRun(join(making, basename(node.file)), join(making, ENTRY))
    await rm(copy, { recursive: true, force: true })
    await rename(making, copy)
    syncFolder(folder)
  }

  // A home directory may be mounted so that no program starts from it.
  async function mustRun(file: string, entry: string): Promise<void> {
    const run = promisify(execFile)(file, [entry, '--version'], {
      env: node.env,
      timeout: CHECK_MS,
    })
    const { stdout } = await run.catch((error: ExecFileException) => {
      throw new Error(`the copy does not run (${reasonOf(error)})`)
    })
    if (stdout.trim() !== version)
      throw new Error(`the copy says that it is version "${stdout.trim()}", not ${version}`)
  }
}

// Node's own message has all that the program printed: its bundled line, of 50 kB, and a trace.
function reasonOf({ message, code, signal, stderr = '' }: ExecFileException): string {
  if (typeof code === 'string') return message.trim()
  const lines = stderr
    .split('\n')
    .filter(line => line.trim() !== '' && line.length <= LONGEST_REASON)
  const reason = lines.find(line => /error/i.test(line)) ?? lines.at(-1)
  const end = signal ? `it was ended by ${signal}` : `it ended with status ${code}`
  return reason === undefined ? end : `${end}: ${reason.trim()}`
}

/** Removes copies of a slave's program from which no process runs. */
export async function removeCopies(folder: string, keep?: string): Promise<void> {
  const names = (await readdir(folder)).filter(name => name !== keep)
  if (names.length === 0) return
  const commands = await commandLines()
  for (const name of names)
    if (!commands.some(command => command.includes(join(folder, name) + sep)))
      await rm(join(folder, name), { recursive: true, force: true })
}

async function partsOf({ node, appRoot, version }: LastingSlaveOptions): Promise<Part[]> {
  const runtime = dirname(node.file)
  const beside = (await readdir(runtime, { withFileTypes: true })).filter(
    entry => entry.isFile() && !OF_WINDOWS.test(entry.name),
  )
  const modules = ['node-pty', `@lydell/node-pty-${process.platform}-${process.arch}`]
  const manifest = JSON.stringify({ name: 'triphammer-slave', version })
  const own = [
    [ENTRY, await readFile(join(appRoot, 'out/main/slave-packed.mjs'))],
    ['package.json', Buffer.from(`${manifest}\n`)],
    ...(await Promise.all(modules.map(name => filesBelow(appRoot, `node_modules/${name}`)))).flat(),
  ] as const
  return [
    ...beside.map(({ name }) => {
      const from = join(runtime, name)
      return { name, from, sizeBytes: statSync(from).size }
    }),
    ...own.map(([name, from]) => ({ name, from, sizeBytes: from.length })),
  ]
}

// By functions that Electron knows to read its archive with.
async function filesBelow(root: string, path: string): Promise<(readonly [string, Buffer])[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true })
  const files = entries.map(async entry => {
    const name = `${path}/${entry.name}`
    if (entry.isDirectory()) return filesBelow(root, name)
    return [[name, await readFile(join(root, name))] as const]
  })
  return (await Promise.all(files)).flat()
}

// Two builds of one version differ in this.
function hashOf(parts: readonly Part[]): string {
  const hash = createHash('sha256')
  for (const { name, sizeBytes, from } of parts) {
    hash.update(`${name} ${sizeBytes} `)
    hash.update(typeof from === 'string' ? `${statSync(from).mtimeMs}` : from)
  }
  return hash.digest('hex').slice(0, 8)
}

function isWhole(copy: string, parts: readonly Part[]): boolean {
  return parts.every(
    ({ name, sizeBytes }) =>
      statSync(join(copy, name), { throwIfNoEntry: false })?.size === sizeBytes,
  )
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.sync().finally(() => file.close())
}

// Of all processes, as far as they can be seen: a slave is one of ours, and can.
async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const lines = pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
  return Promise.all(lines)
}
