import type { Queue, SequencedNews } from '../bridge/contract.ts'
import type { Client } from '../http/client.ts'
import type { Build, BuilderId, BuildRequestId, LogId, StepId } from '../master/model.ts'
import { RETRY } from '../master/results.ts'
import { createLogFilter } from './safe-text.ts'
import { CommandError, dim, print, tell } from './terminal.ts'

export interface FollowOptions {
  readonly requestId: BuildRequestId
  /** Prints the steps and their logs as they come. */
  readonly show: boolean
  /** Told what the build waits for; stderr when it is left out. */
  readonly say?: (reason: string) => void
}

/**
 * Waits for the build of a request and, when asked to, writes its logs to
 * stdout byte by byte. A build that was cut short is followed by the next try.
 *
 * @returns The build that answered the request; `undefined` when the request was cancelled or collapsed.
 */
export async function followRequest(
  client: Client,
  { requestId, show, say = sayOnStderr }: FollowOptions,
): Promise<Build | undefined> {
  const waiting: SequencedNews[] = []
  let wake = () => {}
  let gone = false
  const stop = await client.listen(
    news => {
      waiting.push(news)
      wake()
    },
    () => {
      gone = true
      wake()
    },
  )
  let build: Build | undefined
  const logs = createLogWriter(client)
  const steps = new Set<StepId>()
  let builderId: BuilderId | undefined
  let toldReason = ''
  try {
    // It may have begun, or even ended, before we listened.
    await catchUp()
    for (;;) {
      for (let news = waiting.shift(); news; news = waiting.shift()) {
        const end = await take(news)
        if (end) return end.build
      }
      if (build?.completeAt && build.results !== RETRY) return build
      if (gone) throw new CommandError('The master went away; the build goes on when it is back.')
      await new Promise<void>(resolve => {
        wake = resolve
        if (waiting.length > 0 || gone) resolve()
      })
    }
  } finally {
    stop()
    await logs.end()
  }

  async function take(news: SequencedNews): Promise<{ build: Build | undefined } | undefined> {
    switch (news.topic) {
      case 'build/changed':
        if (news.payload.requestId !== requestId) return undefined
        build = news.payload
        if (build.completeAt === null) return undefined
        if (show) await catchUp()
        return build.results === RETRY ? undefined : { build }
      case 'request/changed':
        if (news.payload.id !== requestId || news.payload.completeAt === null) return undefined
        return build ? undefined : { build: undefined }
      case 'queue/changed':
        tellWaiting(news.payload)
        return undefined
      case 'step/changed':
        if (show && news.payload.buildId === build?.id) announce(news.payload.id, news.payload.name)
        return undefined
      case 'log/changed':
        if (show && steps.has(news.payload.stepId)) await logs.write(news.payload.id)
        return undefined
      case 'log/appended':
        if (show && logs.has(news.payload.logId)) await logs.write(news.payload.logId)
        return undefined
      default:
        return undefined
    }
  }

  async function catchUp() {
    const { builds } = await client.request('builds:page', { limit: 50 })
    build = builds.find(one => one.requestId === requestId) ?? build
    if (!build) {
      const { requests, queue } = await client.request('desk:snapshot')
      builderId = requests.find(one => one.id === requestId)?.builderId
      tellWaiting(queue)
    }
    if (!build || !show) return
    const details = await client.request('build:details', build.id)
    for (const step of details.steps) {
      announce(step.id, step.name)
      for (const log of details.logs) if (log.stepId === step.id) await logs.write(log.id)
    }
  }

  function tellWaiting(queue: Queue) {
    if (build && build.results !== RETRY) return
    const entry = queue.find(one => one.builderId === (builderId ?? build?.builderId))
    if (!entry || entry.reasons.some(({ kind }) => kind === 'starts-now')) return
    if (entry.reason === toldReason) return
    toldReason = entry.reason
    say(entry.reason)
  }

  function announce(id: StepId, name: string) {
    if (!steps.has(id)) print(dim(`--- ${name}`))
    steps.add(id)
  }
}

function sayOnStderr(reason: string) {
  tell(`waiting: ${reason}`)
}

/** Writes logs to stdout as they grow. */
export interface LogWriter {
  /** Writes what has come of a log since the last time. */
  write(id: LogId): Promise<void>
  has(id: LogId): boolean
  /** Leaves the terminal in its own colour. */
  end(): Promise<void>
}

/**
 * @param raw Byte for byte also in a terminal; there a log otherwise keeps its colours and speaks no
 *   further with it. Into a file or a pipe every byte goes as it is.
 */
export function createLogWriter(client: Client, raw = !process.stdout.isTTY): LogWriter {
  const written = new Map<LogId, { end: number; readonly filter: (bytes: Uint8Array) => string }>()
  return {
    has: id => written.has(id),
    end: async () => void (raw || written.size === 0 || (await put('\x1b[0m'))),
    async write(id) {
      const log = written.get(id) ?? { end: 0, filter: createLogFilter() }
      written.set(id, log)
      for await (const bytes of client.logBytes(id, log.end)) {
        log.end += bytes.length
        await put(raw ? bytes : log.filter(bytes))
      }
    },
  }
}

async function put(piece: Uint8Array | string): Promise<void> {
  if (!process.stdout.write(piece))
    await new Promise(resolve => process.stdout.once('drain', resolve))
}
