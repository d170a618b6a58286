import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findHolder } from '../../main/host/lock.ts'
import { type Client, connectClient } from '../../main/http/client.ts'
import type { Build } from '../../main/master/model.ts'

export const ROOT = join(import.meta.dirname, '../..')

/** Notes how late the event loop of a process is. */
export const LAG = join(ROOT, 'test/bench/lag.mjs')

/** A real master in a process of its own, as `triphammer serve` starts it from what was built. */
export interface Rig {
  readonly client: Client
  readonly pid: number
  readonly dataDir: string
  /** Milliseconds from the start of the process until it printed that it listens. */
  readonly startMs: number
  builderId(name: string): Promise<number>
  stop(): Promise<void>
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'triphammer-bench-'))
}

/** @param lagFile Where the process leaves how late its event loop was; see lag.mjs. */
export async function startRig(
  config: string,
  dataDir = temporaryFolder(),
  lagFile?: string,
): Promise<Rig> {
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(join(dataDir, 'master.yml'), config)
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    [
      ...(lagFile ? ['--import', LAG] : []),
      ...[join(ROOT, 'out/main/cli.js'), 'serve', '--data', dataDir, '--http', '127.0.0.1:0'],
    ],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, NODE_OPTIONS: '', ...(lagFile && { TRIPHAMMER_LAG: lagFile }) },
    },
  )
  await firstLine(child)
  const startMs = performance.now() - startedAt
  const holder = findHolder(dataDir)
  if (!holder) throw new Error('the master did not announce itself')
  const client = connectClient(holder.socket)
  return {
    client,
    pid: child.pid!,
    dataDir,
    startMs,
    async builderId(name) {
      const { builders } = await client.request('desk:snapshot')
      return builders.find(builder => builder.name === name)!.id
    },
    async stop() {
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

export async function discard(rig: Rig): Promise<void> {
  await rig.stop()
  rmSync(rig.dataDir, { recursive: true, force: true })
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', (part: Buffer) => {
      text += part.toString()
      if (text.includes('\n')) resolve(text)
    })
    child.once('exit', code => reject(new Error(`the master ended with ${code}`)))
  })
}

/** Hears builds end. Listening begins when the promise resolves. */
export async function hearEnds(client: Client) {
  const ended: Build[] = []
  let wake = () => {}
  const stop = await client.listen(
    news => {
      if (news.topic !== 'build/changed' || news.payload.completeAt === null) return
      ended.push(news.payload)
      wake()
    },
    () => {},
  )
  return {
    stop,
    /** Resolves when so many have ended since we listen. */
    async until(count: number): Promise<readonly Build[]> {
      while (ended.length < count)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      return ended
    },
  }
}

/** Waits until all slaves of the rig are online. */
export async function slavesOnline(client: Client): Promise<void> {
  const online = async () => {
    const { slaves } = await client.request('desk:snapshot')
    return slaves.filter(slave => slave.active).every(slave => slave.state === 'online')
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => void online().then(all => all && resolve())
  const stop = await client.listen(
    news => news.topic === 'slave/changed' && look(),
    () => {},
  )
  look()
  await promise
  stop()
}

export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
}

/** Seconds of processor time that a process has used. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
