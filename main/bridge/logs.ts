import { searchLogs } from '../master/data/search-logs.ts'
import type { Master } from '../master/master.ts'
import type { LogId } from '../master/model.ts'
import type { Handlers } from './contract.ts'
import { mustBe, RefusedError } from './refused.ts'

type LogChannel =
  | 'log:lines'
  | 'log:piece'
  | 'log:screen'
  | 'log:outline'
  | 'log:search'
  | 'logs:search'

// What a line may cost the window at once; the rest is shown in pieces.
const LINE_BYTES = 8 * 1024
const MOST_LINES = 2000
const MOST_MATCHES = 10_000

/** Reading one log, and searching one or all. */
export function logHandlers({ data, history }: Master): Pick<Handlers, LogChannel> {
  return {
    'log:lines'({ logId, first, count }) {
      mustHaveLog(logId)
      return data.logLines({
        logId,
        first,
        count: Math.min(count, MOST_LINES),
        maxLineBytes: LINE_BYTES,
        shown: true,
      })
    },

    'log:piece'({ logId, line, from }) {
      mustHaveLog(logId)
      return data.logPiece({ logId, line, from, maxBytes: LINE_BYTES })
    },

    'log:screen'(query) {
      mustHaveLog(query.logId)
      return data.logScreen(query)
    },

    'log:outline'(query) {
      mustHaveLog(query.logId)
      return data.outlineLog(query)
    },

    'log:search'({ logId, pattern, regex, ignoreCase, from, limit }) {
      mustHaveLog(logId)
      return data.searchLog({
        logId,
        pattern: patternOf(pattern, regex),
        literal: !regex,
        ignoreCase,
        from,
        limit: Math.min(limit, MOST_MATCHES),
      })
    },

    'logs:search'({ pattern, regex, ignoreCase, builder, since, results, from }) {
      const builderId =
        builder === undefined
          ? undefined
          : mustBe(data.builderByName(builder), `there is no builder "${builder}"`).id
      return searchLogs(history, data.scanLogs, {
        pattern: patternOf(pattern, regex),
        literal: !regex,
        ignoreCase,
        from,
        ...(builderId !== undefined && { builderId }),
        ...(since !== undefined && { since }),
        ...(results !== undefined && { results }),
      })
    },
  }

  function mustHaveLog(id: LogId) {
    mustBe(data.log(id), `there is no log ${id}`)
  }
}

// As a regular expression.
function patternOf(text: string, regex: boolean): string {
  if (text === '') throw new RefusedError('say what to search for')
  if (!regex) return RegExp.escape(text)
  try {
    new RegExp(text, 'u')
    return text
  } catch (error) {
    throw new RefusedError((error as Error).message)
  }
}
