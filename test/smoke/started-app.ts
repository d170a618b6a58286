import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { BuildDetails } from '../../main/bridge/contract.ts'
import { announcedHolder, type Holder } from '../../main/host/lock.ts'
import { type Client, connectClient } from '../../main/http/client.ts'
import type { Build } from '../../main/master/model.ts'

/** What is started, and how. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** The app as a person starts it. It is asked over its own socket, which needs no fuse and no driver. */
export interface StartedApp {
  readonly child: ChildProcess
  readonly holder: Holder
  readonly client: Client
  readonly exited: Promise<Exit>
  /** Quits it, and waits for its end. */
  quit(): Promise<Exit>
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Thrown where looking again is of no use. */
class InVain extends Error {}

const running = new Set<ChildProcess>()
const LOOK_MS = 100
const START_MS = 60_000
// Without an answer to the question about builds, the app leaves after a minute.
const QUIT_MS = 90_000
const MOST_WORDS = 4000

/** Starts the app in a process group of its own, and waits until its master runs. */
export async function startApp(
  { file, args, env }: Program,
  dataDir: string,
  more: readonly string[] = [],
): Promise<StartedApp> {
  const child = spawn(file, [...args, `--data=${dataDir}`, ...more], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  running.add(child)
  let words = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      words = (words + part).slice(-MOST_WORDS)
    })
  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }))
  let exit: Exit | undefined
  void exited.then(how => {
    exit = how
    running.delete(child)
  })
  try {
    const holder = await until('the app answers', START_MS, async () => {
      if (exit) throw new InVain(`it ended with ${describeExit(exit)}`)
      const found = announcedHolder(dataDir)
      if (!found) return undefined
      const client = connectClient(found.socket)
      const { phase } = await client.request('recovery:status')
      if (phase !== 'running') return undefined
      // Comes with the first window, and is refused until then.
      if (found.shell === 'desktop') await client.request('desktop:show')
      return found
    })
    const client = connectClient(holder.socket)
    const quit = async () => {
      await client.request('desktop:quit')
      return within('the app quits', QUIT_MS, exited)
    }
    return { child, holder, client, exited, quit }
  } catch (error) {
    throw new Error(`${(error as Error).message}; it said:\n${words.trim()}`)
  }
}

/** Ends what a check that failed has left, with all that it started. */
export function endLeft(): void {
  for (const { pid } of running)
    process.kill(process.platform === 'win32' ? pid! : -pid!, 'SIGKILL')
}

/** Asks for a build and waits for its end. */
export async function buildOnce(client: Client, builder: string): Promise<BuildDetails> {
  const requestId = await force(client, builder)
  const build = await until(`${builder} is built`, START_MS, async () =>
    (await buildsOf(client, requestId)).find(({ completeAt }) => completeAt !== null),
  )
  return client.request('build:details', build.id)
}

/** Asks for a build and waits until a step of it has said something. */
export async function buildUntilOutput(client: Client, builder: string): Promise<Build> {
  const requestId = await force(client, builder)
  return until(`${builder} says something`, START_MS, async () => {
    const [build] = await buildsOf(client, requestId)
    const logs = build && (await client.request('build:details', build.id)).logs
    return logs?.some(({ lineCount }) => lineCount > 1) ? build : undefined
  })
}

export async function logText(client: Client, { logs }: BuildDetails): Promise<string> {
  const parts: Uint8Array[] = []
  for (const { id } of logs) for await (const part of client.logBytes(id, 0)) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

/** Looks again and again until there is something. What it meets on the way is no end. */
export async function until<T>(
  what: string,
  ms: number,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + ms
  let trouble = ''
  for (;;) {
    try {
      const found = await look()
      if (found !== undefined) return found
    } catch (error) {
      if (error instanceof InVain) throw error
      trouble = `: ${(error as Error).message}`
    }
    if (performance.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}${trouble}`)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}

export async function within<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`not within ${ms / 1000} s: ${what}`)), ms)
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

export function describeExit({ code, signal }: Exit): string {
  return signal ?? `exit status ${code}`
}

async function force(client: Client, builder: string) {
  const { builders } = await client.request('desk:snapshot')
  const found = builders.find(({ name }) => name === builder)
  if (!found) throw new Error(`there is no builder ${builder}`)
  const order = { branch: null, revision: null, reason: 'smoke test', properties: {} }
  return (await client.request('build:force', { builderId: found.id, ...order })).requestId
}

async function buildsOf(client: Client, requestId: number): Promise<readonly Build[]> {
  const { builds } = await client.request('desk:snapshot')
  return builds.filter(build => build.requestId === requestId)
}
