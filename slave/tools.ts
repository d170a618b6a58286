import { execFile } from 'node:child_process'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { canRun } from './commands/program.ts'
import { keyOf } from './environment.ts'
import { hasDeveloperTools } from './protocol/developer-tools.ts'
import { writeWhole } from './protocol/write-whole.ts'

/** The programs that were found, by the names that builders use, with their versions. */
export type Tools = Readonly<Record<string, string>>

type Env = Readonly<Record<string, string | undefined>>

interface Tool {
  readonly name: string
  /** What it may be called, the best first. */
  readonly programs: readonly string[]
  readonly args: readonly string[]
  /** Finds the version in what it said. */
  readonly version: RegExp
  /** Reads it from its files, where running it is slow. */
  readonly read?: (path: string) => string | undefined
}

const ANY = /(\d+(?:\.\d+)+(?:[-+][\w.]+)?)/
const one = (name: string, args = ['--version'], version = ANY): Tool => ({
  name,
  programs: [name],
  args,
  version,
})

const TOOLS: readonly Tool[] = [
  one('git'),
  one('node'),
  { ...one('npm'), read: npmVersion },
  { ...one('python'), programs: ['python3', 'python'] },
  // Its name is followed by that of the distribution's package. On macOS it is clang in disguise.
  one('gcc', ['--version'], /^(?!.*clang).*\)\s+(\d+(?:\.\d+)+)/),
  one('clang', ['--version'], /clang version (\d+(?:\.\d+)+)/),
  one('cmake'),
  one('make', ['--version'], /^GNU Make (\d+(?:\.\d+)+)/),
  one('go', ['version'], /\bgo(\d+(?:\.\d+)+)/),
  one('cargo'),
  one('rustc'),
  // The old ones count from 1: "1.8.0_392" is 8.
  one('java', ['-version'], /version "(?:1\.(?=\d+\.\d+_))?([\d._]+)/),
  one('docker'),
]

const LONGEST_MS = 5000
const AT_ONCE = 4
const CACHE_FILE = '.tools.json'
// A shim that chooses among versions stays the same file when another one is chosen.
const CACHE_MS = 6 * 60 * 60_000

interface Cached {
  /** Which file it was, and how it was: path, size and time of change. */
  readonly mark: string
  readonly version: string | null
  readonly at: number
}
type Cache = Readonly<Record<string, Cached>>

export interface ToolSearch {
  readonly env: Env
  /** Where what was found is kept for the next time. */
  readonly folder: string
  readonly now: number
}

/** What an earlier search found here. */
export function knownTools(folder: string): Tools | undefined {
  const cache = readCache(folder)
  return cache && versionsOf(cache)
}

/**
 * Looks for the programs that builds want, a few at once and none for long. One
 * that is the same file as the last time is not asked again for some hours.
 */
export async function findTools({ env, folder, now }: ToolSearch): Promise<Tools> {
  const before = readCache(folder) ?? {}
  const found: Record<string, Cached> = {}
  const stubs = process.platform === 'darwin' && !hasDeveloperTools()
  const left = [...TOOLS]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let tool = left.shift(); tool; tool = left.shift()) {
        const path = findProgram(tool.programs, env)
        // Running one of Apple's stand-ins would open a dialogue in front of somebody.
        if (path === undefined || (stubs && dirname(path) === '/usr/bin')) continue
        const mark = markOf(path)
        // It was taken away while it was looked at.
        if (mark === undefined) continue
        const known = before[tool.name]
        const fresh = known && known.mark === mark && now - known.at < CACHE_MS
        found[tool.name] = fresh
          ? known
          : { mark, version: await versionOf(tool, path, env), at: now }
      }
    }),
  )
  writeCache(folder, found)
  return versionsOf(found)
}

function versionsOf(cache: Cache): Tools {
  return Object.fromEntries(
    TOOLS.flatMap(({ name }) => {
      const version = Object.hasOwn(cache, name) ? cache[name]!.version : null
      return version === null ? [] : [[name, version]]
    }),
  )
}

async function versionOf(tool: Tool, path: string, env: Env): Promise<string | null> {
  const read = tool.read?.(path)
  if (read !== undefined) return read
  const said = await ask(path, tool.args, env)
  return tool.version.exec(said)?.[1]?.replaceAll('_', '.') ?? null
}

// What it wrote on both outputs; empty when it failed or took too long.
function ask(path: string, args: readonly string[], env: Env): Promise<string> {
  // Windows runs command files by its shell only.
  const shell = /\.(cmd|bat)$/i.test(path)
  return new Promise(resolve => {
    const options = {
      env: { ...env },
      shell,
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024,
      windowsHide: true,
    } as const
    // Node warns of a shell that is given a list.
    const [file, words] = shell ? [`"${path}" ${args.join(' ')}`, []] : [path, args]
    const child = execFile(file, words, options, (error, out, err) =>
      resolve(error ? '' : `${out}${err}`),
    )
    child.stdin?.end()
  })
}

function findProgram(names: readonly string[], env: Env): string | undefined {
  const path = env[keyOf(env, 'PATH')] ?? ''
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  for (const name of names)
    for (const folder of path.split(delimiter))
      for (const ending of endings) {
        const file = join(folder, name + ending)
        if (folder !== '' && canRun(file) === 'yes') return file
      }
  return undefined
}

function markOf(path: string): string | undefined {
  try {
    const real = realpathSync(path)
    const { size, mtimeMs } = statSync(real)
    return `${real} ${size} ${Math.round(mtimeMs)}`
  } catch {
    return undefined
  }
}

// A third of a second of processor time is saved by not running it.
function npmVersion(path: string): string | undefined {
  try {
    const folder = dirname(dirname(realpathSync(path)))
    const facts = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return facts.name === 'npm' ? String(facts.version) : undefined
  } catch {
    return undefined
  }
}

function readCache(folder: string): Cache | undefined {
  try {
    const cache = JSON.parse(readFileSync(join(folder, CACHE_FILE), 'utf8'))
    const good = Object.values(cache).every(
      one =>
        typeof (one as Cached).mark === 'string' &&
        typeof (one as Cached).at === 'number' &&
        ((one as Cached).version === null || typeof (one as Cached).version === 'string'),
    )
    return good ? cache : undefined
  } catch {
    // There is none, or it is of no use: what is not known is looked for.
    return undefined
  }
}

function writeCache(folder: string, cache: Cache) {
  const file = join(folder, CACHE_FILE)
  try {
    writeWhole(file, JSON.stringify(cache), { flush: false })
  } catch {
    // A full disk costs the next search some time.
  }
}
