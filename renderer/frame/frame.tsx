import {
  Bell,
  ChartLine,
  ChartNoAxesGantt,
  GitCommitHorizontal,
  History,
  List,
  Search,
  Server,
  SlidersHorizontal,
  TextSearch,
  TriangleAlert,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { bridge, type RecoveryStatus } from '../bridge.ts'
import { HistoryTold } from '../recovery/told.tsx'
import { useRecovery } from '../recovery/use-recovery.ts'
import { runningIn, standingIn } from '../store/builds-of.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { useMessage } from '../store/messages.ts'
import { routes, useLocation } from '../store/route.ts'
import { bytes, count, roughly } from '../ui/format.ts'
import { Hint } from '../ui/parts.tsx'
import { UpdateBadge } from '../updates/update-badge.tsx'
import { DemoBanner } from '../welcome/demo.tsx'
import './frame.css'

const VIEWS = [
  { path: routes.waterfall, label: 'Waterfall', key: 'g w', Icon: ChartNoAxesGantt },
  { path: routes.builds, label: 'Builds', key: 'g b', Icon: List },
  { path: routes.changes, label: 'Changes', key: 'g c', Icon: GitCommitHorizontal },
  { path: routes.slaves, label: 'Slaves', key: 'g s', Icon: Server },
  { path: routes.trends, label: 'Trends', key: 'g t', Icon: ChartLine },
  { path: routes.search, label: 'Search all logs', key: 'g /', Icon: TextSearch },
] as const

/** What every view shares: title with the palette, rail, status bar. */
export function Frame({ onPalette, children }: { onPalette: () => void; children: ReactNode }) {
  return (
    <div className="frame">
      <TitleBar onPalette={onPalette} />
      <Rail />
      <main className="main">
        <Banner />
        {children}
      </main>
      <StatusBar />
    </div>
  )
}

function TitleBar({ onPalette }: { onPalette: () => void }) {
  const title = useDesk(desk => desk.title)
  const modifier = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'
  return (
    <header className="title">
      <div className="title-side">
        <Mark />
        <span className="desk-name cut">{title}</span>
      </div>
      <button type="button" className="palette-button" onClick={onPalette}>
        <Search aria-hidden />
        <span className="grow cut">Search builds, changes, or run a command</span>
        <kbd>{modifier} K</kbd>
      </button>
      <div className="title-side end">
        <Hint text="What needs you (g o)">
          <Link className="button quiet square" href={routes.board} aria-label="What needs you">
            <Bell />
          </Link>
        </Hint>
      </div>
    </header>
  )
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 18 18" aria-hidden>
      <path d="M1.500 4.500h5.200v6H1.500zM6.700 6.600h8.800v1.900H6.700z" />
      <circle cx="12.200" cy="7.550" r="2.150" />
      <path d="M2 12.800h4.200v1.700H2zM.800 15h15.700v1.500H.800z" opacity=".55" />
    </svg>
  )
}

function Rail() {
  const [location] = useLocation()
  const red = useRed()
  const troubled = useDesk(
    desk =>
      desk.slaves.filter(
        slave => slave.active && slave.kind === 'local' && slave.state === 'offline',
      ).length,
  )
  const badges: Record<string, { count: number; words: string; className: string }> = {
    [routes.builds]: { count: red, words: 'red', className: 'badge' },
    [routes.slaves]: { count: troubled, words: 'offline', className: 'badge attention' },
  }
  return (
    <nav className="rail" aria-label="Views">
      {VIEWS.map(({ path, label, key, Icon }) => {
        const badge = badges[path]
        const shown = badge !== undefined && badge.count > 0
        return (
          <Hint key={path} text={`${label} (${key})`}>
            <Link
              href={path}
              aria-label={shown ? `${label}, ${badge.count} ${badge.words}` : label}
              aria-current={isAt(location, path) ? 'page' : undefined}
            >
              <Icon aria-hidden />
              {shown && <span className={badge.className}>{badge.count}</span>}
            </Link>
          </Hint>
        )
      })}
      <span className="grow" />
      <Hint text="Settings (g ,)">
        <Link
          href={routes.settings}
          aria-label="Settings"
          aria-current={location.startsWith(routes.settings) ? 'page' : undefined}
        >
          <SlidersHorizontal aria-hidden />
        </Link>
      </Hint>
    </nav>
  )
}

// Views that have no place of their own in the rail.
const SAME_AS: Readonly<Record<string, string>> = {
  [routes.console]: routes.waterfall,
  [routes.grid]: routes.waterfall,
  [routes.tests]: routes.trends,
}

function isAt(location: string, path: string): boolean {
  return location.startsWith(path) || SAME_AS[location] === path
}

function useRed(): number {
  return useDesk(
    ({ builders, builds }) =>
      builders.filter(({ active, id }) => active && standingIn(builds, id).red !== null).length,
  )
}

/** What a person must know at once: the line is down, or the configuration is not in force. */
function Banner() {
  const recovery = useRecovery()
  const connected = useDesk(desk => desk.connected)
  const ready = useDesk(desk => desk.ready)
  const config = useDesk(desk => desk.config)
  const [location] = useLocation()
  if (!connected)
    return !ready ? null : (
      <p className="banner" role="alert">
        <TriangleAlert aria-hidden />
        The master can’t be reached. What you see is as it was; trying again.
      </p>
    )
  if (recovery?.phase === 'looking')
    return (
      <p className="banner" role="status">
        <History aria-hidden />
        <span className="cut">
          You look at a copy of the history. Nothing can be changed, and no build starts.
        </span>
        <button
          type="button"
          className="button"
          onClick={() => void bridge.request('recovery:leave').then(() => window.location.reload())}
        >
          Back to recovery
        </button>
      </p>
    )
  if (recovery && recovery.phase !== 'running') return null
  if (!config.good && location !== routes.settings)
    return (
      <p className="banner" role="alert">
        <TriangleAlert aria-hidden />
        <span className="cut">
          master.yml has a fault
          {config.problems[0]?.line ? ` in line ${config.problems[0].line}` : ''}:{' '}
          {sentence(config.problems[0]?.reason ?? '')}{' '}
          {config.hasBefore ? 'The last good one stays in force.' : 'No configuration is in force.'}
        </span>
        <Link className="button" href={routes.settings}>
          Show
        </Link>
      </p>
    )
  return (
    <>
      <HistoryTold />
      <DemoBanner />
    </>
  )
}

function StatusBar() {
  const recovery = useRecovery()
  return recovery?.phase === 'recovery' || recovery?.phase === 'upgrading' ? (
    <StoppedBar status={recovery} />
  ) : (
    <RunningBar />
  )
}

function StoppedBar({
  status,
}: {
  status: Extract<RecoveryStatus, { phase: 'recovery' | 'upgrading' }>
}) {
  const message = useMessage()
  const facts = status.phase === 'recovery' ? status.facts : undefined
  return (
    <footer className="status">
      <span>
        <i className="dot attention" />
        <b>Master stopped</b> {facts ? 'for recovery' : 'while the history is upgraded'}
      </span>
      <span role="status" className={`message cut ${message?.tone === 'problem' ? 'bad' : ''}`}>
        {message?.text}
      </span>
      <span className="grow" />
      {facts && facts.freeBytes !== null && <span>{bytes(facts.freeBytes)} free</span>}
      <span>{status.phase === 'recovery' ? status.facts.version : status.version}</span>
    </footer>
  )
}

function RunningBar() {
  const now = useNow(10_000)
  const desk = useDesk(one => one)
  const message = useMessage()
  const slaves = desk.slaves.filter(slave => slave.active)
  const online = slaves.filter(slave => slave.state === 'online').length
  const running = runningIn(desk.builds).length
  const waiting = desk.queue.reduce((sum, entry) => sum + entry.count, 0)
  const oldest = Math.min(...desk.queue.map(entry => entry.oldestAt))
  return (
    <footer className="status">
      <span>
        <i className={`dot ${desk.connected ? '' : 'attention'}`} />
        <b>{desk.connected ? 'Master running' : 'Disconnected'}</b>{' '}
        {desk.startedAt > 0 && roughly(now - desk.startedAt)}
      </span>
      {slaves.length > 0 && (
        <span>
          <i className={`dot ${online === slaves.length ? '' : 'attention'}`} />
          <b>
            {online} of {slaves.length}
          </b>{' '}
          {slaves.length === 1 ? 'slave' : 'slaves'} online
        </span>
      )}
      {running > 0 && (
        <span>
          <b>{running}</b> building
        </span>
      )}
      {waiting > 0 && (
        <span>
          <b>{waiting}</b> waiting, longest {roughly(now - oldest)}
        </span>
      )}
      {desk.ready && desk.builds.size === 0 && <span>No builds yet</span>}
      <span role="status" className={`message cut ${message?.tone === 'problem' ? 'bad' : ''}`}>
        {message?.text}
      </span>
      <span className="grow" />
      <UpdateBadge />
      {desk.freeBytes !== null && <span className="less">{bytes(desk.freeBytes)} free</span>}
      <span className="less">
        {count(desk.builders.filter(builder => builder.active).length, 'builder')}
      </span>
      <span className="less">{desk.version}</span>
    </footer>
  )
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`
}
