import { lazy, Suspense, useEffect, useState } from 'react'
import { Redirect, Route, Router, Switch } from 'wouter'
import { BoardView } from './board/board-view.tsx'
import { bridge } from './bridge.ts'
import { BuildPage } from './builds/build-page.tsx'
import { BuildsView } from './builds/builds-view.tsx'
import { ForceDialogProvider, useForceDialog } from './builds/force-dialog.tsx'
import { RetryDialog } from './builds/retry-dialog.tsx'
import { ChangesView } from './changes/changes-view.tsx'
import { Frame } from './frame/frame.tsx'
import { KeysHelp } from './frame/keys-help.tsx'
import { Palette } from './frame/palette.tsx'
import { SignedOut } from './frame/signed-out.tsx'
import { WhatsNew } from './frame/whats-new.tsx'
import { ConsoleView } from './grid/console-view.tsx'
import { GridView } from './grid/grid-view.tsx'
import { RecoveryView, UpgradeView } from './recovery/recovery-view.tsx'
import { useRecovery } from './recovery/use-recovery.ts'
import { SearchView } from './search/search-view.tsx'
import { SettingsView } from './settings/settings-view.tsx'
import { SLAVE_TABS } from './slaves/slave-detail.tsx'
import { SlaveDialogsProvider } from './slaves/slave-dialogs.tsx'
import { SlavesView } from './slaves/slaves-view.tsx'
import { useDesk } from './store/hooks.ts'
import { isTyping } from './store/keys.ts'
import { BUILD_TABS, go, nameIn, routes, useLocation } from './store/route.ts'
import { Empty } from './ui/parts.tsx'
import { UpdateDialogProvider } from './updates/update-dialog.tsx'
import { ViewPlace } from './views/view-place.tsx'
import { WallView } from './wall/wall-view.tsx'
import { askForDate, DateDialog } from './waterfall/date-dialog.tsx'
import { LegendDialog } from './waterfall/legend.tsx'
import { WaterfallView } from './waterfall/waterfall-view.tsx'
import { AddView } from './welcome/add-view.tsx'
import { DropTarget } from './welcome/drop-target.tsx'
import { lookAtDropped } from './welcome/dropped.ts'

// With its charts it is larger than all the rest, and the first paint does not wait for it.
const TrendsView = lazy(() =>
  import('./trends/trends-view.tsx').then(part => ({ default: part.TrendsView })),
)

const CompareView = lazy(() =>
  import('./compare/compare-view.tsx').then(part => ({ default: part.CompareView })),
)

const TestsView = lazy(() =>
  import('./tests/tests-view.tsx').then(part => ({ default: part.TestsView })),
)

export function App() {
  return (
    <Router hook={useLocation}>
      <ForceDialogProvider>
        <UpdateDialogProvider>
          <SlaveDialogsProvider>
            <Shell />
          </SlaveDialogsProvider>
        </UpdateDialogProvider>
      </ForceDialogProvider>
    </Router>
  )
}

function Shell() {
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const title = useDesk(desk => desk.title)
  const signedOut = useDesk(desk => desk.signedOut)
  const wall = useWall()
  useGlobalKeys(
    () => setPalette(true),
    () => setHelp(true),
  )
  useEffect(() => {
    document.title = title === 'Triphammer' ? title : `${title} – Triphammer`
  }, [title])
  useEffect(
    () =>
      bridge.onCommand?.(command => {
        if (command === 'palette') setPalette(true)
        else if (command === 'add-repository') go(routes.add)
        else if (command === 'settings') go(routes.settings)
        else if (command === 'waterfall') go(routes.waterfall)
        else if (command.startsWith('go:')) go(command.slice('go:'.length))
        else if (command.startsWith('look-at:')) lookAtDropped([command.slice('look-at:'.length)])
      }),
    [],
  )
  if (signedOut) return <SignedOut problem={signedOut.problem} />
  if (wall)
    return (
      <>
        <WallView />
        <Palette open={palette} onClose={() => setPalette(false)} />
      </>
    )
  return (
    <Frame onPalette={() => setPalette(true)}>
      <Views />
      <Palette open={palette} onClose={() => setPalette(false)} />
      <DateDialog />
      <RetryDialog />
      <LegendDialog />
      <DropTarget />
      <KeysHelp open={help} onClose={() => setHelp(false)} />
    </Frame>
  )
}

/** Whether the wall fills the window: once there is something that it could show. */
function useWall(): boolean {
  const [location] = useLocation()
  const ready = useDesk(desk => desk.ready)
  const recovery = useRecovery()
  return location === routes.wall && ready && (!recovery || recovery.phase === 'running')
}

function Views() {
  const recovery = useRecovery()
  if (recovery?.phase === 'upgrading') return <UpgradeView status={recovery} />
  if (recovery?.phase === 'recovery') return <RecoveryView status={recovery} />
  return <DeskViews />
}

function DeskViews() {
  const ready = useDesk(desk => desk.ready)
  const refused = useDesk(desk => desk.refused)
  const connected = useDesk(desk => desk.connected)
  const empty = useDesk(desk => desk.builders.length === 0)
  if (!ready) return <NotYet refused={refused} connected={connected} />
  return (
    <Switch>
      <Route path="/waterfall">{empty ? <AddView /> : <WaterfallView />}</Route>
      <Route path="/console">
        <ConsoleView />
      </Route>
      <Route path="/grid">
        <GridView />
      </Route>
      <Route path="/builds">
        <BuildsView />
      </Route>
      <Route path="/builds/:builder/:number/:tab?">
        {({ builder, number, tab }) => (
          <BuildPage
            builderName={nameIn(builder)}
            number={Number(number)}
            tab={BUILD_TABS.find(one => one === tab) ?? 'steps'}
          />
        )}
      </Route>
      <Route path="/builds/:builder">
        {({ builder }) => <BuildsView builderName={nameIn(builder)} />}
      </Route>
      <Route path="/changes">
        <ChangesView />
      </Route>
      <Route path="/compare/:a/:b">
        {({ a, b }) => (
          <Suspense fallback={<section className="view" aria-busy />}>
            <CompareView a={a} b={b} />
          </Suspense>
        )}
      </Route>
      <Route path="/tests">
        <Suspense fallback={<section className="view" aria-busy />}>
          <TestsView />
        </Suspense>
      </Route>
      <Route path="/board">
        <BoardView />
      </Route>
      <Route path="/trends">
        <Suspense fallback={<section className="view" aria-busy />}>
          <TrendsView />
        </Suspense>
      </Route>
      <Route path="/slaves">
        <SlavesView />
      </Route>
      <Route path="/slaves/:name/:tab?">
        {({ name, tab }) => (
          <SlavesView name={nameIn(name)} tab={SLAVE_TABS.find(one => one === tab) ?? 'console'} />
        )}
      </Route>
      <Route path="/search">
        <SearchView />
      </Route>
      <Route path="/view/:name">{({ name }) => <ViewPlace name={nameIn(name)} />}</Route>
      <Route path="/add">
        <AddView />
      </Route>
      <Route path="/whats-new">
        <WhatsNew />
      </Route>
      <Route path="/settings">
        <SettingsView />
      </Route>
      <Route>
        <Redirect to={routes.waterfall} />
      </Route>
    </Switch>
  )
}

function NotYet({ refused, connected }: { refused: string | null; connected: boolean }) {
  if (!connected)
    return (
      <Empty title="The master can’t be reached">
        <p>It may have been stopped, or start anew. This page goes on as soon as it answers.</p>
      </Empty>
    )
  if (refused === null) return null
  return (
    <Empty title="The desk could not be loaded">
      <p>{refused}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        Try again
      </button>
    </Empty>
  )
}

function isInTerminal(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.xterm') !== null
}

const PLACES: Readonly<Record<string, string>> = {
  w: routes.waterfall,
  b: routes.builds,
  m: routes.console,
  r: routes.grid,
  t: routes.trends,
  o: routes.board,
  y: routes.tests,
  c: routes.changes,
  s: routes.slaves,
  '/': routes.search,
  ',': routes.settings,
}
const PREFIX_MS = 1500
const NEVER = Number.NEGATIVE_INFINITY

function useGlobalKeys(onPalette: () => void, onHelp: () => void) {
  const force = useForceDialog()
  const [location] = useLocation()
  useEffect(() => {
    // Not 0: a page is not in want of a second key in its first moments.
    let prefixedAt = NEVER
    const listen = (event: KeyboardEvent) => {
      // In a shell Ctrl+K is the shell's.
      if (event.ctrlKey && isInTerminal(event.target)) return
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        onPalette()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('[role="dialog"]')) return
      // Nobody sits before it.
      if (location === routes.wall) return
      const prefixed = performance.now() - prefixedAt < PREFIX_MS
      prefixedAt = NEVER
      if (prefixed && PLACES[event.key]) {
        // The view that is open has keys of its own of that name.
        event.stopImmediatePropagation()
        event.preventDefault()
        go(PLACES[event.key]!)
      } else if (prefixed && event.key === 'd') {
        event.stopImmediatePropagation()
        event.preventDefault()
        go(routes.waterfall)
        askForDate()
      } else if (event.key === 'g') prefixedAt = performance.now()
      else if (event.key === '?') onHelp()
      else if (event.key === 'a') go(routes.add)
      // In a log it means "follow".
      else if (event.key === 'f' && !/^\/builds\/.+\/\d+/.test(location)) {
        event.preventDefault()
        const filter = document.querySelector<HTMLElement>('[data-filter]')
        if (filter) filter.focus()
        else force()
      } else if (event.key === 'F') {
        event.preventDefault()
        force()
      }
    }
    // In the capture phase, so that a prefix is seen before the keys of a view.
    window.addEventListener('keydown', listen, true)
    return () => window.removeEventListener('keydown', listen, true)
  }, [onPalette, onHelp, force, location])
}
