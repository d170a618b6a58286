import { z } from 'zod'
import { joinCompanyNetwork } from '../company-network.ts'
import type { MonitorConfig } from '../config/model.ts'
import type { MonitoredRun } from '../db/monitored.ts'
import { CANCELLED, EXCEPTION, FAILURE, type Result, SKIPPED, SUCCESS } from '../results.ts'

export interface Asked {
  /** The runs that are over, newest first; `null` when nothing has changed since `etag`. */
  readonly runs: readonly MonitoredRun[] | null
  /** Says what state this answer is of. GitHub does not count a question about one that still holds. */
  readonly etag: string | null
}

const RUNS = 50
const LONGEST_MS = 20_000
const LARGEST_BYTES = 8 * 1024 * 1024

// https://docs.github.com/en/rest/actions/workflow-runs: only what is used, as it is told there.
// A moment of no sense would make history, and what is drawn of it, thousands of years long.
const moment = z.iso
  .datetime({ offset: true })
  .transform(text => Date.parse(text))
  .refine(at => at >= Date.UTC(2000) && at < Date.UTC(2100), 'is not of this century')
// Longer ones are cut: each is in every snapshot of every window.
const short = z.string().transform(text => text.slice(0, 500))
const SHAPE = z.looseObject({
  workflow_runs: z.array(
    z.looseObject({
      id: z.int().positive(),
      run_number: z.int().positive(),
      status: z.string().nullable(),
      conclusion: short.nullable(),
      head_branch: short.nullable(),
      head_sha: short,
      display_title: short.catch(''),
      event: short.catch(''),
      html_url: z.string().max(2000),
      created_at: moment,
      run_started_at: moment.optional(),
      updated_at: moment,
    }),
  ),
})

const RESULTS: ReadonlyMap<string | null, Result> = new Map([
  ['success', SUCCESS],
  ['neutral', SUCCESS],
  ['failure', FAILURE],
  ['timed_out', FAILURE],
  ['cancelled', CANCELLED],
  ['stale', CANCELLED],
  ['skipped', SKIPPED],
])

/**
 * Asks GitHub, or what speaks as it does, for the newest runs of one workflow.
 *
 * @throws Error with one sentence for a person.
 */
export async function askGitHub(
  monitor: MonitorConfig,
  token: string | null,
  etag: string | null,
  signal: AbortSignal,
): Promise<Asked> {
  const { api, repository, workflow, branch } = monitor
  const url = new URL(`${api}/repos/${repository}/actions/workflows/${workflow}/runs`)
  url.searchParams.set('per_page', String(RUNS))
  if (branch !== null) url.searchParams.set('branch', branch)
  joinCompanyNetwork()
  const response = await fetch(url, {
    headers: {
      accept: 'application/vnd.github+json',
      'user-agent': 'Triphammer',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(etag !== null && { 'if-none-match': etag }),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]),
  }).catch((error: Error) => {
    throw signal.aborted ? error : new Error(`${url.host} can't be reached: ${whyNot(error)}`)
  })
  if (response.status === 304) return { runs: null, etag }
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(refusal(response, monitor, token))
  }
  const parsed = SHAPE.safeParse(await readJson(response, url.host))
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    const where = path.length > 0 ? `${path.join('.')}: ` : ''
    throw new Error(`${url.host} does not answer as GitHub does: ${where}${message}`)
  }
  return {
    runs: parsed.data.workflow_runs.flatMap(run => {
      if (run.status !== 'completed') return []
      const startedAt = run.run_started_at ?? run.created_at
      return [
        {
          id: run.id,
          number: run.run_number,
          results: RESULTS.get(run.conclusion) ?? EXCEPTION,
          stateString: (run.conclusion ?? 'ended without a result').replaceAll('_', ' '),
          branch: run.head_branch,
          revision: run.head_sha,
          reason: run.display_title || run.event,
          submittedAt: Math.min(run.created_at, startedAt),
          startedAt,
          // The run itself does not tell when it ended: it changes for the last time then.
          completeAt: Math.max(startedAt, run.updated_at),
          url: run.html_url,
        },
      ]
    }),
    etag: response.headers.get('etag'),
  }
}

function refusal(
  response: Response,
  { repository, workflow }: MonitorConfig,
  token: string | null,
) {
  const { status, headers, url } = response
  const { host } = new URL(url)
  if (headers.get('x-ratelimit-remaining') === '0')
    return `${host} answers no more questions for now${token === null ? '; with a tokenFile it answers more' : ''}`
  if (status === 401) return `${host} does not take the token of tokenFile`
  if (status === 403) return `${host} does not let this token see ${repository}`
  if (status === 404)
    return `${host} has no workflow ${workflow} of ${repository}, or does not show it${token === null ? ' without a tokenFile' : ' to this token'}`
  return `${host} answered with status ${status}`
}

async function readJson(response: Response, host: string): Promise<unknown> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of response.body ?? []) {
      parts.push(part)
      length += part.length
      if (length > LARGEST_BYTES) break
    }
  } catch (error) {
    throw new Error(`${host} did not answer to the end: ${whyNot(error as Error)}`)
  }
  if (length > LARGEST_BYTES)
    throw new Error(`${host} answered with more than ${LARGEST_BYTES} bytes`)
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    throw new Error(`${host} does not answer as GitHub does: that is no JSON`)
  }
}

function whyNot(error: Error): string {
  if (error.name === 'TimeoutError') return 'it did not answer in time'
  const { code, message } = (error.cause ?? error) as { code?: string; message: string }
  return code ?? message
}
