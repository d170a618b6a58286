import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'

export interface TestRepository {
  readonly path: string
  /** Runs git in it and gives what it said, without the last newline. */
  git(...args: string[]): string
  /** Commits on the present branch and gives the revision. */
  commit(message: string, files?: Readonly<Record<string, string | null>>): string
  /** Goes to a branch, which is made when there is none of that name. */
  branch(name: string): void
  /** Makes many commits at once, from the text of a `git fast-import`. */
  import(stream: string): void
  /** A bare copy of it, with `origin` set here so that `push` reaches it. */
  bare(name?: string): string
}

export interface RepositoryOptions {
  /** Name of its folder. */
  readonly name?: string
  readonly folder?: string
  readonly format?: 'sha1' | 'sha256'
}

const WHO = 'Ada Lovelace'
const MAIL = 'ada@example.org'

// Commits a second apart, so that their order never hangs on the clock of the machine.
let seconds = 1_700_000_000

/** An empty repository whose branch is `main`. */
export function makeRepository(options: RepositoryOptions = {}): TestRepository {
  const path = join(options.folder ?? temporaryFolder('repository'), options.name ?? 'calc')
  mkdirSync(path, { recursive: true })
  const git = (...args: string[]) => gitIn(path, ...args)
  git('init', '--quiet', '--initial-branch=main', `--object-format=${options.format ?? 'sha1'}`)
  let files = 0

  return {
    path,
    git,
    commit(message, changed = { [`file-${++files}.txt`]: `${message}\n` }) {
      for (const [name, content] of Object.entries(changed)) {
        const file = join(path, name)
        mkdirSync(dirname(file), { recursive: true })
        if (content === null) rmSync(file)
        else writeFileSync(file, content)
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '-m', message)
      return git('rev-parse', 'HEAD')
    },
    branch(name) {
      const there = git('branch', '--list', name) !== ''
      git('checkout', '--quiet', ...(there ? [name] : ['-b', name]))
    },
    import(stream) {
      feedGit(path, stream, 'fast-import', '--quiet', '--force')
    },
    bare(name = 'calc.git') {
      const copy = join(temporaryFolder('bare'), name)
      gitIn(path, 'clone', '--quiet', '--bare', path, copy)
      git('remote', 'add', 'origin', copy)
      return copy
    },
  }
}

/** Runs git in a folder, as a person with nothing configured. */
export function gitIn(folder: string, ...args: string[]): string {
  return feedGit(folder, undefined, ...args)
}

/** The same with text on its standard input. */
export function feedGit(folder: string, input: string | undefined, ...args: string[]): string {
  seconds++
  const said = execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input !== undefined && { input }),
    env: {
      PATH: process.env.PATH,
      HOME: '/nowhere',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: WHO,
      GIT_AUTHOR_EMAIL: MAIL,
      GIT_COMMITTER_NAME: WHO,
      GIT_COMMITTER_EMAIL: MAIL,
      GIT_AUTHOR_DATE: `${seconds} +0000`,
      GIT_COMMITTER_DATE: `${seconds} +0000`,
      // Submodules of the tests are folders.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'protocol.file.allow',
      GIT_CONFIG_VALUE_0: 'always',
    },
  })
  return said.replace(/\n$/, '')
}

/** What `git fast-import` makes that many commits of, one after the other, on top of a revision. */
export function commits(branch: string, count: number, from: string): string {
  return Array.from({ length: count }, (_, i) => {
    const message = `${branch} ${i + 1}`
    const place = i === 0 ? `from ${from}\n` : ''
    return (
      `commit refs/heads/${branch}\ncommitter ${WHO} <${MAIL}> ${++seconds} +0000\n` +
      `data ${message.length}\n${message}\n${place}M 100644 inline ${branch}.txt\ndata ${message.length}\n${message}\n`
    )
  }).join('')
}

/** Gives the address of calc.git below a folder that git's own server serves. */
export async function serveGit(folder: string): Promise<string> {
  const port = await freePort()
  const args = [
    'daemon',
    '--export-all',
    `--base-path=${folder}`,
    '--listen=127.0.0.1',
    `--port=${port}`,
  ]
  const daemon: ChildProcess = spawn('git', [...args, '--reuseaddr', '--verbose'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // It starts programs of its own, which go with it.
    detached: true,
  })
  later(() => process.kill(-daemon.pid!, 'SIGKILL'))
  await once(daemon.stderr!, 'data')
  return `git://127.0.0.1:${port}/calc.git`
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
