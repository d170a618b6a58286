import type { SequencedNews, Snapshot } from '../../main/bridge/contract.ts'
import { connectClient } from '../../main/http/client.ts'
import type {
  Build,
  BuildRequest,
  BuildRequestId,
  Change,
  LogId,
  Step,
} from '../../main/master/model.ts'
import { openPrivateSocket } from '../../main/master/slaves/private-socket.ts'
import type { Random } from './random.ts'

/** What a master has told an outside program: from then on it must be true for ever. */
export interface Acknowledged {
  readonly changes: Map<number, Change>
  readonly requests: Map<number, BuildRequest>
  /** Requests whose asking was answered. */
  readonly forced: Set<BuildRequestId>
  readonly builds: Map<number, Build>
  readonly steps: Map<number, Step>
  /** How many bytes of a log were said to be stored, and the longest beginning that was read. */
  readonly logs: Map<LogId, { byteCount: number; read: Buffer }>
}

export function nothingAcknowledged(): Acknowledged {
  return {
    changes: new Map(),
    requests: new Map(),
    forced: new Set(),
    builds: new Map(),
    steps: new Map(),
    logs: new Map(),
  }
}

/**
 * Listens to a master over its private socket until that goes away, and writes
 * down what it hears. Now and then it reads a log as far as it goes.
 */
export async function witness(socket: string, seen: Acknowledged, random: Random): Promise<void> {
  const client = connectClient(socket)
  const news = openPrivateSocket(socket, '/bridge')
  news.on('message', data => hear((JSON.parse(String(data)) as { news: SequencedNews }).news))
  const closed = new Promise<void>(resolve => news.once('close', () => resolve()))
  news.on('error', () => {})
  await new Promise<void>(resolve => news.once('open', resolve).once('close', resolve))
  await client.request('desk:snapshot').then(take, () => {})
  await closed

  function take({ builds, steps, changes, requests }: Snapshot) {
    for (const one of changes) seen.changes.set(one.id, one)
    for (const one of requests) newer(seen.requests, one)
    for (const one of builds) newer(seen.builds, one)
    for (const one of steps) newer(seen.steps, one)
  }

  function hear(one: SequencedNews | undefined) {
    switch (one?.topic) {
      case 'change/new':
        return void seen.changes.set(one.payload.id, one.payload)
      case 'request/changed':
        return newer(seen.requests, one.payload)
      case 'build/changed':
        return newer(seen.builds, one.payload)
      case 'step/changed':
        return newer(seen.steps, one.payload)
      case 'log/appended': {
        const { logId, byteCount } = one.payload
        const log = seen.logs.get(logId) ?? { byteCount: 0, read: Buffer.alloc(0) }
        seen.logs.set(logId, { ...log, byteCount: Math.max(log.byteCount, byteCount) })
        if (random.chance(0.2)) void readLog(logId)
      }
    }
  }

  async function readLog(id: LogId) {
    const parts: Uint8Array[] = []
    try {
      for await (const bytes of client.logBytes(id, 0)) parts.push(bytes)
    } catch {
      // The master went away: what it has said by then counts all the same.
    }
    const read = Buffer.concat(parts)
    const log = seen.logs.get(id)!
    if (read.length > log.read.length) seen.logs.set(id, { ...log, read })
  }
}

// A snapshot may be older than the news that came while it was on its way.
function newer<T extends { id: number; completeAt: number | null }>(map: Map<number, T>, one: T) {
  if (map.get(one.id)?.completeAt == null) map.set(one.id, one)
}
