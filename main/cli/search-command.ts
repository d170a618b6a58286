import type { AllLogsSearch } from '../bridge/contract.ts'
import type { Client } from '../http/client.ts'
import type { FoundLog, LogsCursor, LogsFound } from '../master/data/search-logs.ts'
import { RESULT_NAMES, type Result } from '../master/results.ts'
import type { CommandLine } from './cli.ts'
import { withHistory } from './connect.ts'
import { CommandError, dim, marked, print, printJson, resultText } from './terminal.ts'

interface Options {
  readonly builder?: string
  readonly since?: string
  readonly result?: string
  readonly regex?: boolean
  readonly case?: boolean
  readonly limit: string
}

/** search. It reads the history also when no master runs. */
export function addSearchCommand({ program, dataDir, json, exitWith }: CommandLine): void {
  program
    .command('search')
    .argument('<text>')
    .description('search all logs of all builds, the newest build first')
    .option('-b, --builder <name>', 'only in builds of this builder')
    .option('--since <when>', 'only in builds since: 12h, 7d, 4w, or a date such as 2026-01-31')
    .option(
      '--result <name>',
      `only in builds that ended so: ${Object.values(RESULT_NAMES).join(', ')}`,
    )
    .option('-e, --regex', 'the text is a regular expression')
    .option('-c, --case', 'upper and lower case are different')
    .option('-n, --limit <lines>', 'stop after so many lines', '200')
    .action((text: string, options: Options) => {
      const query = queryOf(text, options, Date.now())
      if (!/^[1-9]\d*$/.test(options.limit))
        throw new CommandError('--limit wants a number from 1', 2)
      return withHistory(dataDir(), async client => {
        const all: FoundLog[] = []
        let last: FoundLog | undefined
        for await (const log of found(client, query, Number(options.limit))) {
          if (json()) all.push(log)
          else printLog(log, last)
          last = log
        }
        if (json()) printJson(joined(all))
        if (!last) exitWith(1)
      })
    })
}

async function* found(client: Client, query: Omit<AllLogsSearch, 'from'>, limit: number) {
  let left = limit
  for (let from: LogsCursor | null = null; ; ) {
    const answer: LogsFound = await client.request('logs:search', { ...query, from })
    for (const log of answer.logs) {
      yield { ...log, lines: log.lines.slice(0, left) }
      left -= log.lines.length
      if (left <= 0) return
    }
    from = answer.next
    if (from === null) return
  }
}

function queryOf(text: string, options: Options, now: number): Omit<AllLogsSearch, 'from'> {
  if (text === '') throw new CommandError('say what to search for: triphammer search TEXT', 2)
  return {
    pattern: text,
    regex: options.regex ?? false,
    ignoreCase: !options.case,
    ...(options.builder !== undefined && { builder: options.builder }),
    ...(options.since !== undefined && { since: sinceOf(options.since, now) }),
    ...(options.result !== undefined && { results: resultOf(options.result) }),
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 }

function sinceOf(text: string, now: number): number {
  const [, count, unit] = /^(\d+)([hdw])$/.exec(text) ?? []
  if (unit) return now - Number(count) * UNIT_MS[unit]!
  // A date alone would be read as UTC; a person means the day here.
  const at = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text)
  if (Number.isNaN(at))
    throw new CommandError(
      `--since can't be "${text}": say 12h, 7d, 4w, or a date such as 2026-01-31`,
      2,
    )
  return at
}

function resultOf(name: string): Result {
  const found = Object.entries(RESULT_NAMES).find(([, one]) => one === name)
  if (found) return Number(found[0]) as Result
  const names = Object.values(RESULT_NAMES).join(', ')
  throw new CommandError(`--result can't be "${name}": it is one of ${names}`, 2)
}

// An answer may go on with the log with which the one before ended: its head is printed once.
function printLog(log: FoundLog, before: FoundLog | undefined) {
  if (log.buildId !== before?.buildId) {
    const ended = log.results === null ? 'running' : resultText(log.results)
    print(
      `${before ? '\n' : ''}${log.builder} #${log.number}  ${ended}  ${dim(new Date(log.startedAt).toLocaleString())}`,
    )
  }
  if (log.logId !== before?.logId)
    print(dim(`  ${log.step}${log.log === 'stdio' ? '' : ` ${log.log}`}`))
  for (const { line, text, start, end } of log.lines)
    print(
      `${dim(String(line + 1).padStart(8))}  ${text.slice(0, start)}${marked(text.slice(start, end))}${text.slice(end)}`,
    )
  if (log.more)
    print(dim(`          … more in: triphammer log ${log.builder} ${log.number} ${log.step}`))
}

function joined(logs: readonly FoundLog[]): FoundLog[] {
  const byId = new Map<number, FoundLog>()
  for (const log of logs) {
    const before = byId.get(log.logId)
    byId.set(log.logId, before ? { ...log, lines: [...before.lines, ...log.lines] } : log)
  }
  return [...byId.values()]
}
