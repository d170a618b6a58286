import type { Queue, SequencedNews } from '../bridge/contract.ts'
import type { Client } from '../http/client.ts'
import type { Build, BuilderId, BuildRequestId, LogId, StepId } from '../master/model.ts'
import { RETRY } from '../master/results.ts'
import { CommandError, dim } from './terminal.ts'

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
  const written = new Map<LogId, number>()
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
        if (show && steps.has(news.payload.stepId)) await write(news.payload.id)
        return undefined
      case 'log/appended':
        if (show && written.has(news.payload.logId)) await write(news.payload.logId)
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
      for (const log of details.logs) if (log.stepId === step.id) await write(log.id)
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
    if (!steps.has(id)) process.stdout.write(dim(`--- ${name}\n`))
    steps.add(id)
  }

  async function write(id: LogId) {
    const from = written.get(id) ?? 0
    written.set(id, await writeLog(client, id, from))
  }
}

function sayOnStderr(reason: string) {
  process.stderr.write(`waiting: ${reason}\n`)
}

/** Writes a log to stdout from an offset on. Returns the offset of its present end. */
export async function writeLog(client: Client, id: LogId, from: number): Promise<number> {
  let end = from
  for await (const bytes of client.logBytes(id, from)) {
    end += bytes.length
    if (!process.stdout.write(bytes))
      await new Promise(resolve => process.stdout.once('drain', resolve))
  }
  return end
}
