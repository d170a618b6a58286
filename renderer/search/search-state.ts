import { RESULT_NAMES, type Result } from '../results.ts'
import type { LogsQuery } from './use-logs-search.ts'

/** What is searched for, as the address of the view holds it. */
export interface SearchState {
  readonly text: string
  readonly regex: boolean
  readonly matchCase: boolean
  readonly builder: string
  /** Name of a result, or nothing. */
  readonly result: string
  /** As `7d`, or nothing. */
  readonly since: string
}

export const SINCE: Readonly<Record<string, string>> = {
  '1d': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
  '365d': 'last year',
}
const DAY_MS = 86_400_000

export function stateIn(query: URLSearchParams): SearchState {
  const since = query.get('since') ?? ''
  return {
    text: query.get('q') ?? '',
    regex: query.get('regex') === '1',
    matchCase: query.get('case') === '1',
    builder: query.get('builder') ?? '',
    result: resultNamed(query.get('result') ?? '') === undefined ? '' : query.get('result')!,
    since: Object.hasOwn(SINCE, since) ? since : '',
  }
}

export function queryOf(state: SearchState): URLSearchParams {
  const { text, regex, matchCase, builder, result, since } = state
  return new URLSearchParams({
    ...(text !== '' && { q: text }),
    ...(regex && { regex: '1' }),
    ...(matchCase && { case: '1' }),
    ...(builder !== '' && { builder }),
    ...(result !== '' && { result }),
    ...(since !== '' && { since }),
  })
}

/** As it is asked of the master. */
export function wishOf(state: SearchState, now: number): LogsQuery {
  const results = resultNamed(state.result)
  return {
    pattern: state.text,
    regex: state.regex,
    ignoreCase: !state.matchCase,
    ...(state.builder !== '' && { builder: state.builder }),
    ...(results !== undefined && { results }),
    ...(state.since !== '' && { since: now - Number.parseInt(state.since, 10) * DAY_MS }),
  }
}

function resultNamed(name: string): Result | undefined {
  const found = Object.entries(RESULT_NAMES).find(([, one]) => one === name)
  return found && (Number(found[0]) as Result)
}
