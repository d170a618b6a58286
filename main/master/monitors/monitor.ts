import { readFile, stat } from 'node:fs/promises'
import { alone } from '../boundary.ts'
import { type Clock, every } from '../clock.ts'
import type { MonitorConfig } from '../config/model.ts'
import type { Data } from '../data/data.ts'
import type { AsyncStop } from '../model.ts'
import { askGitHub } from './github.ts'

export interface MonitorOptions {
  readonly data: Data
  readonly clock: Clock
  readonly monitor: MonitorConfig
  readonly log: (text: string) => void
}

export interface Monitor {
  /** Looks now. Resolves when everything found is in history. */
  look(): Promise<void>
  stop: AsyncStop
}

const LARGEST_TOKEN_BYTES = 10_000

/** Looks at a workflow of another CI every so often, and keeps its runs that are over as builds. */
export function startMonitor({ data, clock, monitor, log }: MonitorOptions): Monitor {
  const abort = new AbortController()
  const { name, api, repository, workflow, branch } = monitor
  const source = `github ${api} ${repository} ${workflow} ${branch ?? ''}`.trimEnd()
  let etag: string | null = null
  let trouble: string | null = null
  let looking: Promise<void> | undefined
  const stopPolling = every(clock, monitor.pollMs, lookAlone)
  lookAlone()

  return {
    look,
    async stop() {
      stopPolling()
      abort.abort()
      await looking
    },
  }

  function lookAlone() {
    alone(look(), error => log(`monitor ${name}: ${(error as Error).message}`))
  }

  function look(): Promise<void> {
    looking ??= lookOnce()
      .then(
        () => tell(null),
        (error: Error) => abort.signal.aborted || tell(error.message),
      )
      .finally(() => {
        looking = undefined
      })
      .then(() => {})
    return looking
  }

  async function lookOnce() {
    const token = monitor.tokenFile === null ? null : await readToken(monitor.tokenFile)
    const answer = await askGitHub(monitor, token, etag, abort.signal)
    const builder = data.builderByName(name)
    if (answer.runs === null || !builder?.active) return
    const { host } = new URL(monitor.url)
    const taken = data.recordRuns(
      builder,
      {
        source,
        scheduler: 'GitHub',
        repository: monitor.url.replace(/\/actions\/.*/, ''),
        slave: host,
      },
      answer.runs,
    )
    // Only now: what could not be kept is asked for again.
    etag = answer.etag
    if (taken.length > 0)
      throw new Error(
        `builder "${name}" has builds of its own with the numbers ${taken.join(', ')}`,
      )
  }

  // Once, and once more when it is over.
  function tell(reason: string | null) {
    if (reason === trouble) return
    trouble = reason
    log(reason === null ? `monitor ${name}: all is well again` : `monitor ${name}: ${reason}`)
    const kind = reason === null ? 'monitor-back' : 'monitor-away'
    data.eventually(() => void data.addEvent(kind, name, reason ?? ''))
  }
}

async function readToken(path: string): Promise<string> {
  const text = await readSmallFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`tokenFile ${path} can't be read (${error.code})`)
  })
  const token = text.trim()
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error(`tokenFile ${path} holds no token`)
  return token
}

// Reading a pipe or a device may never end, and the master would not end either.
async function readSmallFile(path: string): Promise<string> {
  const found = await stat(path)
  return found.isFile() && found.size <= LARGEST_TOKEN_BYTES ? readFile(path, 'utf8') : ''
}
