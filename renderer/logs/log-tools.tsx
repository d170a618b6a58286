import { Menu } from '@base-ui/react/menu'
import {
  ArrowDown,
  ArrowDownToLine,
  ArrowUp,
  CaseSensitive,
  Clock,
  Ellipsis,
  FoldVertical,
  Regex,
  Search as SearchSign,
  UnfoldVertical,
  WrapText,
} from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import type { LogId } from '../bridge.ts'
import { LOG_TIMES, prefer, readPreferences, usePreferences } from '../store/preferences.ts'
import { download } from '../ui/download.ts'
import { count, number } from '../ui/format.ts'
import { Hint } from '../ui/parts.tsx'
import { TIMES_WORDS } from './line-time.ts'
import type { Search, Wanted } from './use-search.ts'

const TIMES_SHORT = { step: 'step', clock: 'clock', took: 'took', none: 'off' } as const

/** The next one of what may stand beside each line. */
export function nextTimes(): void {
  const { logTimes } = readPreferences()
  prefer({ logTimes: LOG_TIMES[(LOG_TIMES.indexOf(logTimes) + 1) % LOG_TIMES.length]! })
}

/** The field of the search, what it found, and going from one to the next. */
export function SearchTools({
  field,
  wanted,
  search,
  at,
  onWanted,
  onStep,
}: {
  field: RefObject<HTMLInputElement | null>
  wanted: Wanted
  search: Search
  at: number
  onWanted: (wanted: Wanted) => void
  onStep: (by: number) => void
}) {
  const none = search.found.length === 0
  return (
    <>
      <div className="log-search" role="search">
        <SearchSign aria-hidden />
        <input
          ref={field}
          aria-label="Search in this log"
          placeholder="Search in this log"
          value={wanted.text}
          maxLength={1000}
          onChange={event => onWanted({ ...wanted, text: event.target.value })}
          onKeyDown={event => {
            if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1)
            if (event.key === 'Escape') onWanted({ ...wanted, text: '' })
          }}
        />
        <span className="log-hits" role="status" title={search.problem}>
          {search.problem ?? describeHits(search, at, wanted.text)}
        </span>
        <SearchSwitches
          matchCase={!wanted.ignoreCase}
          regex={wanted.regex}
          onMatchCase={on => onWanted({ ...wanted, ignoreCase: !on })}
          onRegex={regex => onWanted({ ...wanted, regex })}
        />
      </div>
      <Action label="Match before" disabled={none} onClick={() => onStep(-1)}>
        <ArrowUp />
      </Action>
      <Action label="Next match" disabled={none} onClick={() => onStep(1)}>
        <ArrowDown />
      </Action>
    </>
  )
}

/** How a text is searched for. */
export function SearchSwitches({
  matchCase,
  regex,
  onMatchCase,
  onRegex,
}: {
  matchCase: boolean
  regex: boolean
  onMatchCase: (on: boolean) => void
  onRegex: (on: boolean) => void
}) {
  return (
    <>
      <Toggle
        label="Match case"
        hint="Upper and lower case are different"
        on={matchCase}
        onChange={onMatchCase}
      >
        <CaseSensitive />
      </Toggle>
      <Toggle label="Regular expression" hint="Regular expression" on={regex} onChange={onRegex}>
        <Regex />
      </Toggle>
    </>
  )
}

/** How many errors there are, and going from one to the next. */
export function ErrorTools({
  errors,
  at,
  onStep,
}: {
  errors: readonly number[]
  /** The one that was gone to, from 0; -1 for none. */
  at: number
  onStep: (by: number) => void
}) {
  if (errors.length === 0) return null
  return (
    <span className="log-errors" role="group" aria-label="Errors in this log">
      <span role="status">
        {at < 0
          ? count(errors.length, 'error')
          : `Error ${number(at + 1)} of ${number(errors.length)}`}
      </span>
      <Action label="Error before" hint="Error before (E)" onClick={() => onStep(-1)}>
        <ArrowUp />
      </Action>
      <Action label="Next error" hint="Next error (e)" onClick={() => onStep(1)}>
        <ArrowDown />
      </Action>
    </span>
  )
}

/** How the lines are shown. */
export function ShowTools({
  folds,
  allClosed,
  follow,
  growing,
  onFoldAll,
  onFollow,
}: {
  folds: number
  allClosed: boolean
  follow: boolean
  growing: boolean
  onFoldAll: () => void
  onFollow: () => void
}) {
  const { wrap, logTimes } = usePreferences()
  return (
    <>
      {folds > 0 && (
        <Action
          label={allClosed ? 'Unfold all' : 'Fold all'}
          hint={allClosed ? 'Unfold all (z)' : 'Fold all (z)'}
          onClick={onFoldAll}
        >
          {allClosed ? <UnfoldVertical /> : <FoldVertical />}
        </Action>
      )}
      <Hint text={`Times: ${TIMES_WORDS[logTimes]} (d)`}>
        <button type="button" className="button quiet" onClick={nextTimes}>
          <Clock />
          <span className="log-wide">Times: {TIMES_SHORT[logTimes]}</span>
          <span className="visually-hidden">{TIMES_WORDS[logTimes]}</span>
        </button>
      </Hint>
      <Toggle
        label="Wrap long lines"
        hint="Wrap long lines (w)"
        on={wrap}
        onChange={on => prefer({ wrap: on })}
      >
        <WrapText />
      </Toggle>
      {growing && (
        <Toggle
          label="Follow"
          hint="Stay at the end as it grows (f)"
          on={follow}
          onChange={onFollow}
        >
          <ArrowDownToLine />
        </Toggle>
      )}
    </>
  )
}

/** What can be taken along: lines, a link, the whole. */
export function TakeMenu({
  logId,
  what,
  onCopy,
  onCopyLink,
}: {
  logId: LogId
  /** What is copied, in words. */
  what: string
  onCopy: (colors: boolean) => void
  onCopyLink: () => void
}) {
  const saving = (label: string, detail: string, plain: boolean) => (
    <Menu.Item
      className="menu-item"
      onClick={() => void download({ kind: 'log', id: logId, plain })}
    >
      <span>
        {label}
        <small>{detail}</small>
      </span>
    </Menu.Item>
  )
  const item = (label: string, detail: string, key: string, run: () => void) => (
    <Menu.Item className="menu-item" onClick={run}>
      <span>
        {label}
        <small>{detail}</small>
      </span>
      {key && <kbd>{key}</kbd>}
    </Menu.Item>
  )
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button quiet square" aria-label="Copy or download">
        <Ellipsis />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end" className="menu-place">
          <Menu.Popup className="menu">
            {item('Copy', what, 'c', () => onCopy(false))}
            {item('Copy with colours', what, 'C', () => onCopy(true))}
            {item(
              'Copy a link',
              'to the line that is picked, or the first in sight',
              'l',
              onCopyLink,
            )}
            {saving('Download as written', 'byte for byte', false)}
            {saving('Download as text', 'without colours and what was overwritten', true)}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

function Action({
  label,
  hint,
  disabled,
  onClick,
  children,
}: {
  label: string
  hint?: string
  disabled?: boolean
  onClick: () => void
  children: ReactNode
}) {
  const button = (
    <button
      type="button"
      className="button quiet square"
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  )
  return hint ? <Hint text={hint}>{button}</Hint> : button
}

function Toggle({
  label,
  hint,
  on,
  onChange,
  children,
}: {
  label: string
  hint: string
  on: boolean
  onChange: (on: boolean) => void
  children: ReactNode
}) {
  return (
    <Hint text={hint}>
      <button
        type="button"
        className="button quiet square"
        aria-label={label}
        aria-pressed={on}
        onClick={() => onChange(!on)}
      >
        {children}
      </button>
    </Hint>
  )
}

function describeHits({ found, busy }: Search, at: number, text: string): string {
  if (text === '') return ''
  if (found.length === 0) return busy ? 'searching …' : 'not found'
  return `${number(Math.min(at, found.length - 1) + 1)} of ${number(found.length)}${busy ? ' …' : ''}`
}
