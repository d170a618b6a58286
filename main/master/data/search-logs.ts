import type { LogPlace, LogsQuery } from '../db/log-places.ts'
import type { LogPosition } from '../logs/lines.ts'
import type { FoundLine, ScanAnswer, ScanQuery } from '../logs/scan-logs.ts'
import type { BuildId, LogId, Moment } from '../model.ts'
import type { HistoryAsker } from './ask-history.ts'

export interface LogsSearch extends Pick<LogsQuery, 'builderId' | 'since' | 'results'> {
  /** A regular expression, or a text that is escaped as one. */
  readonly pattern: string
  readonly literal: boolean
  readonly ignoreCase: boolean
  /** Where to go on: what the last answer said. */
  readonly from: LogsCursor | null
}

/** How far a search through all logs got. Builds that begin meanwhile do not move it. */
export interface LogsCursor extends LogPosition {
  readonly buildId: BuildId
  readonly logId: LogId
  readonly found: number
}

/** What was found in one log. */
export interface FoundLog extends LogPlace {
  readonly lines: readonly Omit<FoundLine, 'logId'>[]
  /** Whether it holds more than is told. */
  readonly more: boolean
}

export interface LogsFound {
  /** The newest build first. A log of which an answer told some lines may go on in the next answer. */
  readonly logs: readonly FoundLog[]
  /** `null` when all were looked through. */
  readonly next: LogsCursor | null
  /** How much text was looked at for this answer. */
  readonly byteCount: number
  /** When the build began up to which all newer ones were looked through. */
  readonly reached: Moment | null
}

// Many logs are short: then more builds are looked at at once.
const FIRST_BUILDS = 50
const MOST_BUILDS = 800
const BUDGET_MS = 100
const LINES_PER_LOG = 20
const LINES_PER_ANSWER = 200

/**
 * Searches all logs of all builds, the newest build first, for about a tenth of a second;
 * who wants more asks again, and who does not want it any more just stops asking.
 */
export async function searchLogs(
  history: Pick<HistoryAsker, 'ask'>,
  scanLogs: (query: ScanQuery) => Promise<ScanAnswer>,
  search: LogsSearch,
  now = () => performance.now(),
): Promise<LogsFound> {
  const until = now() + BUDGET_MS
  let found: LogsFound = { logs: [], next: search.from, byteCount: 0, reached: null }
  let left = LINES_PER_ANSWER
  for (let builds = FIRST_BUILDS; ; builds = Math.min(MOST_BUILDS, 2 * builds)) {
    const more = await lookOnce(history, scanLogs, { ...search, from: found.next }, builds, left)
    for (const { lines } of more.logs) left -= lines.length
    found = {
      logs: [...found.logs, ...more.logs],
      next: more.next,
      byteCount: found.byteCount + more.byteCount,
      reached: more.reached ?? found.reached,
    }
    // Within a log it stops for want of time, or of room in the answer.
    const within = more.next !== null && more.next.logId > 0
    if (more.next === null || within || left <= 0 || now() > until) return found
  }
}

async function lookOnce(
  history: Pick<HistoryAsker, 'ask'>,
  scanLogs: (query: ScanQuery) => Promise<ScanAnswer>,
  search: LogsSearch,
  builds: number,
  limit: number,
): Promise<LogsFound> {
  const { pattern, literal, ignoreCase, from, ...wanted } = search
  const { places, oldest, last } = await history.ask('logs', {
    ...wanted,
    ...(from && { upTo: from.buildId }),
    builds,
  })
  const left = from
    ? places.filter(place => place.buildId < from.buildId || place.logId >= from.logId)
    : places
  // It may be gone, or have no lines: then the place within it means nothing.
  const same = from !== null && left[0]?.logId === from.logId
  const scanned = await scanLogs({
    logs: left.map(place => place.logId),
    from: same ? { line: from.line, byte: from.byte } : { line: 0, byte: 0 },
    found: same ? from.found : 0,
    pattern,
    ignoreCase,
    literal,
    linesPerLog: LINES_PER_LOG,
    limit,
  })
  const { next, byteCount } = scanned
  const stopped = next && left[next.index]!
  const beyond = last || oldest === null ? null : ((oldest - 1) as BuildId)
  return {
    logs: left.flatMap(place => foundIn(place, scanned)),
    next: stopped
      ? {
          buildId: stopped.buildId,
          logId: stopped.logId,
          line: next.line,
          byte: next.byte,
          found: next.found,
        }
      : beyond && { buildId: beyond, logId: 0 as LogId, line: 0, byte: 0, found: 0 },
    byteCount,
    reached: (stopped ?? left.at(-1))?.startedAt ?? null,
  }
}

function foundIn(place: LogPlace, { lines, more }: ScanAnswer): FoundLog[] {
  const own = lines.filter(line => line.logId === place.logId)
  const cut = more.includes(place.logId)
  if (own.length === 0 && !cut) return []
  return [{ ...place, lines: own.map(({ logId: _, ...line }) => line), more: cut }]
}
