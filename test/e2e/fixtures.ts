import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test as base, type Page } from '@playwright/test'
import { Application } from './application.ts'
import { CLI, ELECTRON, ON_DOUBLE, ROOT } from './paths.ts'

export { expect } from '@playwright/test'
export { ON } from './paths.ts'

export interface LaunchOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A headless master with its page in a browser. */
export interface Served {
  readonly page: Page
  readonly url: string
  readonly process: ChildProcess
  /** Ends it as Ctrl+C does, or with another signal. Returns its exit code; `null` when it was killed. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface CliAnswer {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Fixtures {
  /** A folder of this test's own, which is gone after it. */
  readonly home: string
  readonly dataDir: string
  /** The environment of everything that the test starts. */
  readonly env: Readonly<Record<string, string>>
  /** What the desktop app is started with. */
  readonly desktopArguments: readonly string[]
  /** Starts the desktop app. It is ended after the test. */
  readonly launch: (options?: LaunchOptions) => Promise<Application>
  /** Starts the headless master, and opens its one-time URL in a browser. */
  readonly serve: (where?: { readonly port: number }) => Promise<Served>
  /** Runs the command line on the test's data directory. */
  readonly cli: (...args: string[]) => Promise<CliAnswer>
  /** Makes a repository with one commit. */
  readonly repository: (name?: string) => string
}

/**
 * Leaves a test out on a real Electron, and says why. README.md tells how many there are;
 * test/double/double.test.ts counts them.
 */
export function onlyOnDouble(reason: string): void {
  test.skip(!ON_DOUBLE, reason)
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to see what is needed
  home: async ({}, use) => {
    const home = mkdtempSync(join(realpathSync(tmpdir()), 'triphammer e2e ö-'))
    mkdirSync(join(home, 'tmp'))
    await use(home)
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  },
  dataDir: async ({ home }, use) => use(join(home, 'data')),
  env: async ({ home }, use) => {
    const { TRIPHAMMER_DATA: _data, ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env
    await use({
      ...(env as Record<string, string>),
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      TMPDIR: join(home, 'tmp'),
      GIT_CONFIG_NOSYSTEM: '1',
      ELECTRON_DOUBLE_NODE: process.execPath,
    })
  },
  desktopArguments: async ({ dataDir }, use) => use([ROOT, `--data=${dataDir}`]),
  launch: async ({ desktopArguments, env }, use) => {
    const started: Application[] = []
    await use(async (options = {}) => {
      const application = new Application({
        path: ELECTRON,
        args: [...desktopArguments, ...(options.args ?? [])],
        env: { ...env, ...options.env },
      })
      started.push(application)
      return application.start()
    })
    for (const application of started) if (application.isRunning()) await application.stop()
  },
  serve: async ({ dataDir, env, context }, use) => {
    const started: ChildProcess[] = []
    await use(async ({ port } = { port: 0 }) => {
      const args = [CLI, 'serve', '--data', dataDir, '--http', `127.0.0.1:${port}`]
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      started.push(child)
      const [url, ticketUrl] = await Promise.all([
        lineOf(child, 'stdout', /^(?:listening|recovery) on (\S+)$/),
        lineOf(child, 'stderr', /open (\S+) in a browser/),
      ])
      const page = await context.newPage()
      await page.goto(ticketUrl)
      return { page, url, process: child, stop: signal => end(child, signal) }
    })
    for (const child of started) await end(child)
  },
  cli: async ({ dataDir, env, home }, use) => {
    await use((...args) => runCli(['--data', dataDir, ...args], env, home))
  },
  repository: async ({ home, env }, use) => {
    await use((name = 'calc') => {
      const folder = join(home, name)
      mkdirSync(folder)
      writeFileSync(join(folder, 'README.md'), `${name}\n`)
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
          cwd: folder,
          env,
          stdio: 'pipe',
        })
      git('init', '--quiet', '--initial-branch=main')
      git('add', '.')
      git('commit', '--quiet', '--message', 'Begin')
      return folder
    })
  },
})

function lineOf(
  child: ChildProcess,
  stream: 'stdout' | 'stderr',
  pattern: RegExp,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    createInterface({ input: child[stream]! }).on('line', line => {
      lines.push(line)
      const found = pattern.exec(line)?.[1]
      if (found) resolve(found)
    })
    child.once('error', reject)
    child.once('exit', code =>
      reject(new Error(`the master ended with ${code}:\n${lines.join('\n')}`)),
    )
  })
}

function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise(resolve => {
    child.once('exit', resolve)
    child.kill(signal)
  })
}

function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<CliAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { env, cwd, stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', part => {
      stdout += part
    })
    child.stderr.on('data', part => {
      stderr += part
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code, stdout, stderr }))
  })
}
