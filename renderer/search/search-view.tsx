import { ArrowDown, Search, Square } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { FoundLog } from '../bridge.ts'
import { SearchSwitches } from '../logs/log-tools.tsx'
import { RESULT_NAMES } from '../results.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { useKeys } from '../store/keys.ts'
import { routes, writeQuery } from '../store/route.ts'
import { useQuery } from '../store/use-query.ts'
import { bytes, clockSeconds, count, exact, number, when } from '../ui/format.ts'
import { LOOK_WORDS, lookOf } from '../ui/look.ts'
import { Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { queryOf, type SearchState, SINCE, stateIn, wishOf } from './search-state.ts'
import { type LogsSearch, useLogsSearch } from './use-logs-search.ts'
import '../logs/logs.css'
import './search.css'

const TYPING_MS = 300

/** A search through all logs of all builds, the newest first. */
export function SearchView() {
  const [query] = useQuery(routes.search)
  const [state, setState] = useState(() => stateIn(query))
  const field = useRef<HTMLInputElement>(null)
  // Somebody went to another search: by a link, the palette, or back.
  useEffect(() => setState(stateIn(query)), [query])
  const wanted = useSettled(state)
  useEffect(() => writeQuery(routes.search, queryOf(wanted)), [wanted])
  // A search through "the last 7 days" means those before it began.
  const wish = useMemo(() => wishOf(wanted, Date.now()), [wanted])
  const { search, stop, goOn } = useLogsSearch(wish)
  useKeys({ '/': () => field.current?.focus(), Escape: stop })
  return (
    <section className="view" aria-label="Search all logs">
      <div className="tools search-tools">
        <h1>Search all logs</h1>
        <div className="log-search" role="search">
          <Search aria-hidden />
          <input
            ref={field}
            autoFocus
            aria-label="Text in any log"
            placeholder="Text in any log of any build"
            value={state.text}
            maxLength={1000}
            onChange={event => setState({ ...state, text: event.target.value })}
            onKeyDown={event => {
              if (event.key === 'ArrowDown') moveFocus(event, 1)
              if (event.key === 'Escape') stop()
            }}
          />
          <SearchSwitches
            matchCase={state.matchCase}
            regex={state.regex}
            onMatchCase={matchCase => setState({ ...state, matchCase })}
            onRegex={regex => setState({ ...state, regex })}
          />
        </div>
        <Filters state={state} onChange={setState} />
        <span className="grow" />
        {search.phase === 'searching' && (
          <button type="button" className="button" onClick={stop}>
            <Square />
            Stop
          </button>
        )}
      </div>
      <Progress search={search} />
      <Results search={search} wanted={wanted} onMore={goOn} />
    </section>
  )
}

// What was typed, once it stands still.
function useSettled(state: SearchState): SearchState {
  const [settled, setSettled] = useState(state)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(state), TYPING_MS)
    return () => clearTimeout(timer)
  }, [state])
  return settled
}

function Filters({
  state,
  onChange,
}: {
  state: SearchState
  onChange: (state: SearchState) => void
}) {
  const builders = useDesk(desk => desk.builders)
  const choose = (
    key: 'builder' | 'result' | 'since',
    label: string,
    any: string,
    all: string[][],
  ) => (
    <label>
      <span className="visually-hidden">{label}</span>
      <select
        className="input builder-choice"
        value={state[key]}
        onChange={event => onChange({ ...state, [key]: event.target.value })}
      >
        <option value="">{any}</option>
        {all.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
  const results = Object.entries(RESULT_NAMES).map(([code, name]) => [
    name,
    LOOK_WORDS[lookOf(Number(code) as never)],
  ])
  return (
    <>
      {choose(
        'builder',
        'Builder',
        'all builders',
        builders.map(one => [one.name, one.name]),
      )}
      {choose('result', 'Result', 'any result', results)}
      {choose('since', 'Begun', 'at any time', Object.entries(SINCE))}
    </>
  )
}

function Progress({ search }: { search: LogsSearch }) {
  const now = useNow(60_000)
  if (search.phase === 'idle') return null
  const { phase, lineCount, byteCount, reached, problem } = search
  const back = reached === null ? '' : `, back to ${when(reached, now)}`
  const looked = `looked through ${bytes(byteCount)}${phase === 'done' ? ', all there is' : back}`
  return (
    <p className={`search-progress${phase === 'searching' ? ' busy' : ''}`} role="status">
      {problem ? (
        <span className="bad">{problem}</span>
      ) : (
        <>
          <b>{lineCount === 0 && phase === 'done' ? 'Found nothing' : count(lineCount, 'line')}</b>
          <span className="dim">
            {phase === 'searching' ? 'searching, ' : phase === 'stopped' ? 'stopped, ' : ''}
            {looked}
          </span>
        </>
      )}
    </p>
  )
}

function Results({
  search,
  wanted,
  onMore,
}: {
  search: LogsSearch
  wanted: SearchState
  onMore: () => void
}) {
  if (search.phase === 'idle')
    return (
      <Empty title="Search all logs">
        <p>
          What any step of any build wrote, the newest build first. Colours and progress bars do not
          hide a word.
        </p>
      </Empty>
    )
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') moveFocus(event, 1)
    if (event.key === 'ArrowUp') moveFocus(event, -1)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows go from link to link within.
    <div className="scroll search-results" onKeyDown={onKeyDown}>
      {search.logs.map((log, i) => (
        <FoundIn
          key={log.logId}
          log={log}
          head={search.logs[i - 1]?.buildId !== log.buildId}
          wanted={wanted}
        />
      ))}
      {(search.phase === 'paused' || search.phase === 'stopped') && (
        <p className="more">
          <button type="button" className="button" onClick={onMore}>
            <ArrowDown />
            {search.phase === 'paused' ? 'Search further back' : 'Go on'}
          </button>
        </p>
      )}
    </div>
  )
}

function FoundIn({ log, head, wanted }: { log: FoundLog; head: boolean; wanted: SearchState }) {
  const now = useNow(60_000)
  const look = lookOf(log.results)
  const builder = { name: log.builder }
  const place = (line: number) =>
    `#${routes.line(builder, log, { step: log.step, log: log.log, line })}`
  return (
    <section className="found" aria-label={`${log.builder} #${log.number}, ${log.step}`}>
      {head && (
        <h2>
          <ResultGlyph look={look} label={LOOK_WORDS[look]} />
          <a href={`#${routes.build(builder, log)}`}>
            {log.builder} <span className="soft">#{log.number}</span>
          </a>
          <time className="dim" title={exact(log.startedAt)}>
            {when(log.startedAt, now)}
          </time>
        </h2>
      )}
      <h3>
        {log.step}
        {log.log !== 'stdio' && <span className="dim"> {log.log}</span>}
      </h3>
      <ul>
        {log.lines.map(({ line, at, stream, text, start, end }) => (
          <li key={line}>
            <a href={place(line)} className={`found-line ${stream}`} title={clockSeconds(at)}>
              <span className="log-number">{number(line + 1)}</span>
              <bdi className="found-text">
                {text.slice(0, start).trimStart()}
                <mark>{text.slice(start, end)}</mark>
                {text.slice(end)}
              </bdi>
            </a>
          </li>
        ))}
      </ul>
      {log.more && (
        <p className="found-more">
          <a className="link" href={`${place(log.lines.at(-1)?.line ?? 0)}&${inLog(wanted)}`}>
            More in this log
          </a>
        </p>
      )}
    </section>
  )
}

// The log opens with the same search.
function inLog({ text, regex, matchCase }: SearchState): URLSearchParams {
  return new URLSearchParams({
    find: text,
    ...(regex && { regex: '1' }),
    ...(matchCase && { case: '1' }),
  })
}

function moveFocus(event: KeyboardEvent, by: number) {
  const links = [...document.querySelectorAll<HTMLElement>('.found-line')]
  const at = links.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 ? links[0] : links[at + by]
  if (!next && !(at === 0 && by < 0)) return
  event.preventDefault()
  if (next) next.focus()
  else document.querySelector<HTMLElement>('.search-tools input')?.focus()
}
