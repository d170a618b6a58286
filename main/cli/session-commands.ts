import type { SessionInfo } from '../bridge/contract.ts'
import type { CommandLine } from './cli.ts'
import { withHistory } from './connect.ts'
import { CommandError, dim, duration, print, printJson, printTable } from './terminal.ts'

/** sessions. */
export function addSessionCommands({ program, dataDir, json }: CommandLine): void {
  program
    .command('sessions')
    .description('the browsers that are signed in')
    .option('--end <id>', 'sign one out; "all" signs out every browser')
    .action((options: { end?: string }) =>
      withHistory(dataDir(), async client => {
        const sessions = await client.request('sessions:list')
        if (options.end === undefined) {
          if (json()) return printJson(sessions)
          if (sessions.length === 0) return print('no browser is signed in')
          return printTable(sessions.map(rowOf))
        }
        const ids = idsOf(options.end, sessions)
        const ended = ids.length === 0 ? 0 : await client.request('sessions:end', { ids })
        if (json()) printJson({ ended })
        else if (ended === 0) print('no browser is signed in')
        else print(ended === 1 ? 'signed out 1 browser' : `signed out ${ended} browsers`)
      }),
    )
}

function idsOf(wanted: string, sessions: readonly SessionInfo[]): readonly string[] {
  if (wanted === 'all') return sessions.map(one => one.id)
  if (sessions.some(one => one.id === wanted)) return [wanted]
  throw new CommandError(`There is no session "${wanted}"; "triphammer sessions" lists them.`)
}

function rowOf({ id, browser, since, seenAt }: SessionInfo): string[] {
  const now = Date.now()
  return [
    id,
    browser,
    `since ${new Date(since).toLocaleString()}`,
    dim(`used ${duration(Math.max(0, now - seenAt))} ago`),
  ]
}
