import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startRig, temporaryFolder } from '../rig.ts'

export interface ChangeFigures {
  /** From asking for a look until everything is in history. */
  readonly lookMs: number
  /** What git itself takes to say which commits are new, and what they are. */
  readonly bareMs: number
}

const COMMITS = 50_000
const FOLDERS = 64

/** So many new branches at once, each with a commit of its own, on a repository of 200,000 objects. */
export async function newBranches(count: number): Promise<ChangeFigures> {
  const folder = temporaryFolder()
  const repository = join(folder, 'large.git')
  const git = (input: string | undefined, ...args: string[]) =>
    execFileSync('git', ['-C', repository, ...args], {
      encoding: 'utf8',
      maxBuffer: 1e9,
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(input !== undefined && { input }),
    })
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository])
  git(largeHistory(), 'fast-import', '--quiet')
  const tip = git(undefined, 'rev-parse', 'main').trim()
  const project = `projects: [{ name: large, repository: ${JSON.stringify(repository)}, poll: off }]\n`
  const rig = await startRig(
    `${project}builders: [{ name: b, project: large, steps: [{ shell: 'true' }] }]\nschedulers: [{ name: f, kind: force, builders: [b] }]\n`,
  )
  try {
    const look = () => rig.client.request('project:poll', { name: 'large' })
    await look()
    const names = Array.from({ length: count }, (_, i) => `bot/${i}`)
    git(names.map(name => commitOn(name, tip)).join(''), 'fast-import', '--quiet')
    const begun = performance.now()
    await look()
    const lookMs = performance.now() - begun
    const tips = git(undefined, 'for-each-ref', '--format=%(objectname)', 'refs/heads/bot')
    const bare = performance.now()
    const fresh = git(`${tips}^${tip}\n`, 'rev-list', '--stdin')
    git(fresh, 'log', '--no-walk', '--stdin', '--name-only')
    return { lookMs, bareMs: performance.now() - bare }
  } finally {
    await rig.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function largeHistory(): string {
  return Array.from({ length: COMMITS }, (_, i) => {
    const path = `d${i % FOLDERS}/f${Math.floor(i / FOLDERS) % FOLDERS}`
    return `commit refs/heads/main\ncommitter A <a@example.org> ${1_500_000_000 + i * 60} +0000\ndata 2\nx\n\nM 100644 inline ${path}\ndata ${String(i).length}\n${i}\n`
  }).join('')
}

function commitOn(branch: string, from: string): string {
  return `commit refs/heads/${branch}\ncommitter A <a@example.org> 1700000000 +0000\ndata ${branch.length}\n${branch}\nfrom ${from}\nM 100644 inline bot\ndata ${branch.length}\n${branch}\n`
}
