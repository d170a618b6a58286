import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { lookAtSandbox, sandboxProblem } from '../../main/cli/electron/sandbox.ts'
import type { Program } from './started-app.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

/** Where the checks run. */
export interface Setting {
  /** The app itself. */
  readonly app: Program
  /** `npm start` of this checkout; a packaged app has none. */
  readonly npmStart: Program | undefined
  /** A release, whose fuses let nobody look into its main process. */
  readonly closed: boolean
  /** A new folder. */
  folder(name: string): string
  /** Removes all folders. */
  clear(): void
}

export interface SettingOptions {
  /** A packaged app; this checkout when it is left out. */
  readonly program?: string
  readonly closed: boolean
}

export function openSetting({ program, closed }: SettingOptions): Setting {
  const home = mkdtempSync(join(tmpdir(), 'triphammer smoke ö-'))
  const { ELECTRON_RUN_AS_NODE: _, TRIPHAMMER_DATA: _data, ...inherited } = process.env
  const env = {
    ...(inherited as Record<string, string>),
    // What starts at login is a file there.
    ...(process.platform === 'linux' && { XDG_CONFIG_HOME: join(home, 'config') }),
  }
  const node = { file: process.execPath, args: [join(ROOT, 'scripts/start.mjs')], env }
  const file = process.env.TRIPHAMMER_ELECTRON ?? join(ROOT, 'test/double/electron')
  return {
    app: program
      ? { file: resolve(program), args: [], env }
      : { file, args: [...sandboxArguments(file), ROOT], env },
    npmStart: program ? undefined : node,
    closed,
    folder(name) {
      const folder = join(home, name)
      mkdirSync(folder, { recursive: true })
      return folder
    },
    clear: () => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  }
}

/** Writes master.yml of a data directory. */
export function configure(dataDir: string, config: object): void {
  writeFileSync(join(dataDir, 'master.yml'), stringify(config))
}

/** Makes a repository of a folder with what is in it. */
export function commitAll(folder: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      cwd: folder,
      stdio: 'pipe',
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message', 'Begin')
}

// As `npm start` decides it.
function sandboxArguments(electron: string): string[] {
  if (process.platform !== 'linux') return []
  const none =
    process.getuid?.() === 0 || sandboxProblem(lookAtSandbox(electron, process.env)) !== null
  return none ? ['--no-sandbox'] : []
}
