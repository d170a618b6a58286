import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import type { SequencedNews } from '../../main/bridge/contract.ts'
import type { Client } from '../../main/http/client.ts'
import type { BuilderId, BuildId } from '../../main/master/model.ts'
import type { Rig } from './rig.ts'

const CHANGE_MS = 15_000
const STOP_MS = 40_000

interface Kind {
  readonly name: string
  readonly builders: number
  readonly slaves: number
  /** How many of its requests there are at any time; a slave builds a builder once at a time. */
  readonly open: number
}

// Fifty builds at a time, beside each other in up to five lanes of a column, and some that wait.
const KINDS: readonly Kind[] = [
  { name: 'wide', builders: 8, slaves: 5, open: 5 },
  { name: 'pair', builders: 4, slaves: 2, open: 3 },
  // These are asked for by changes, too.
  { name: 'single', builders: 2, slaves: 1, open: 1 },
]

/** The configuration under which that is built. */
export function liveConfig(repository: Repository): string {
  const steps = [
    step('install', 14, 19),
    step('build', 17, 25),
    step('test', 16, 31, '[ $((BUILD_NUMBER % 9)) -ne 4 ]'),
  ]
  const slaves = [1, 2, 3, 4, 5]
  const builders = KINDS.flatMap(kind =>
    Array.from({ length: kind.builders }, (_, i) => {
      const own = slaves.slice(0, kind.slaves).map(n => `slave-${n}`)
      return `  - { name: ${kind.name}-${i + 1}, project: calc, slaves: [${own}], steps: [${steps}] }`
    }),
  )
  return `slaves:
${slaves.map(n => `  - { name: slave-${n}, maxBuilds: 20 }`).join('\n')}
projects: [{ name: calc, repository: ${JSON.stringify(repository.path)}, branches: [main] }]
builders:
${builders.join('\n')}
schedulers:
  - { name: on-change, kind: singleBranch, branch: main, treeStableTimer: 1s, builders: [single-1, single-2] }
`
}

// Each step takes its own time, by the number of its process; every ninth build fails.
function step(name: string, least: number, spread: number, end = 'true'): string {
  const wait = `sleep $((${least} + $$ % ${spread}))`
  const script = `echo ${name} begins; ${wait}; echo ${name} ends; ${end}`
  return `{ name: ${name}, shell: ${JSON.stringify(script)} }`
}

export interface Source {
  counts(): { readonly told: number; readonly builds: number; readonly most: number }
  /** Asks for nothing more, and waits until all is over. */
  stop(): Promise<void>
}

/** Keeps fifty builds running: for each that ends another is asked for. Stops one now and then, and commits. */
export async function startSource(
  { client, builderId }: Rig,
  repository: Repository,
): Promise<Source> {
  const running = new Set<BuildId>()
  let over = false
  let told = 0
  let builds = 0
  let most = 0
  let wake = () => {}
  const kinds = new Map<BuilderId, Kind>()
  for (const kind of KINDS)
    for (let i = 1; i <= kind.builders; i++)
      kinds.set((await builderId(`${kind.name}-${i}`)) as BuilderId, kind)
  const unlisten = await client.listen(hear, () => {})
  for (const [id, kind] of kinds) for (let i = 0; i < kind.open; i++) await force(client, id)
  const timers = [
    setInterval(() => repository.commit(`change ${new Date().toISOString()}`), CHANGE_MS),
    setInterval(stopOne, STOP_MS),
  ]
  return {
    counts: () => ({ told, builds, most }),
    async stop() {
      over = true
      for (const timer of timers) clearInterval(timer)
      for (const { id, claimedAt } of (await client.request('desk:snapshot')).requests)
        if (claimedAt === null) await client.request('request:cancel', { id })
      while (running.size > 0 || (await client.request('desk:snapshot')).requests.length > 0)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      unlisten()
    },
  }

  function hear(news: SequencedNews) {
    told++
    if (news.topic === 'request/changed') wake()
    if (news.topic !== 'build/changed') return
    const { id, builderId, completeAt } = news.payload
    if (completeAt === null) running.add(id)
    else if (running.delete(id)) {
      builds++
      // Changes ask for builds as well.
      if (!over && kinds.get(builderId)!.slaves > 1) void force(client, builderId)
    }
    most = Math.max(most, running.size)
  }

  function stopOne() {
    const [id] = running
    if (id !== undefined) void client.request('build:stop', { id, reason: 'stopped by hand' })
  }
}

function force(client: Client, builderId: BuilderId) {
  const order = { branch: null, revision: null, reason: 'bench', properties: {} }
  return client.request('build:force', { builderId, ...order })
}

/** Its commits are changes. */
export interface Repository {
  readonly path: string
  commit(text: string): void
}

export function makeRepository(path: string): Repository {
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', path, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args],
      { stdio: 'ignore' },
    )
  mkdirSync(path)
  git('init', '--initial-branch=main')
  git('commit', '--allow-empty', '--message=begin')
  return { path, commit: (text: string) => git('commit', '--allow-empty', `--message=${text}`) }
}
