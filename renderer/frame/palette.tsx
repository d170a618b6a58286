import { Dialog } from '@base-ui/react/dialog'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { type Builder, bridge, type SavedView } from '../bridge.ts'
import { useForceDialog } from '../builds/force-dialog.tsx'
import { slaveActions } from '../slaves/slave-actions.ts'
import { useSlaveDialogs } from '../slaves/slave-dialogs.tsx'
import { act, copyText, tellError } from '../store/actions.ts'
import { useDesk } from '../store/hooks.ts'
import { tell } from '../store/messages.ts'
import { prefer } from '../store/preferences.ts'
import { go, routes, useLocation, viewPath } from '../store/route.ts'
import { shortRevision } from '../ui/format.ts'
import { LOOK_WORDS, type Look, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { openWall } from '../wall/open-wall.ts'
import { columnCommands } from '../waterfall/column-commands.ts'
import { askForDate } from '../waterfall/date-dialog.tsx'
import { showLegend } from '../waterfall/legend.tsx'
import { timeCommands } from '../waterfall/time-commands.ts'
import { addDemo, hasDemo, removeDemo } from '../welcome/demo.tsx'
import { COMMANDS, type Command, type CommandId } from './commands.ts'
import { fuzzyScore } from './fuzzy.ts'
import { groupsAt, keyCommands } from './keys.ts'

interface Entry {
  readonly key: string
  readonly label: string
  readonly detail: string
  readonly look?: Look
  /** The key that does the same. */
  readonly hint?: string
  run(): void
}

const MOST_ENTRIES = 60
const LABEL = 30

/** Everything that can be done, and every build and change, by typing a part of its name. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const chosen = useRef<Entry>(undefined)
  const choose = (entry: Entry) => {
    chosen.current = entry
    onClose()
  }
  // When the dialogue is gone and has given the focus back: keys act nowhere below a dialogue.
  const runChosen = () => {
    const entry = chosen.current
    chosen.current = undefined
    if (entry) setTimeout(entry.run)
  }
  return (
    <Dialog.Root
      open={open}
      onOpenChange={now => !now && onClose()}
      onOpenChangeComplete={now => !now && runChosen()}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette">
          <Dialog.Title className="visually-hidden">Commands</Dialog.Title>
          {open && <Chooser onChoose={choose} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Chooser({ onChoose }: { onChoose: (entry: Entry) => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const entries = useEntries()
  const builders = useDesk(desk => desk.builders)
  const found = useMemo(() => {
    const typed = text.trim()
    if (typed === '') return entries.slice(0, MOST_ENTRIES)
    const scored = [...entries, ...olderBuild(typed, builders)].flatMap(entry => {
      const ofLabel = fuzzyScore(entry.label, typed)
      const score = ofLabel ?? fuzzyScore(`${entry.label} ${entry.detail}`, typed)
      if (score === undefined) return []
      // What something is called counts more than what is said of it.
      return [{ entry, score: score + (ofLabel === undefined ? 0 : LABEL) }]
    })
    // Of those that fit alike the first ones stay first: commands, then what is newest.
    scored.sort((a, b) => b.score - a.score)
    const named = scored.slice(0, MOST_ENTRIES).map(({ entry }) => entry)
    return [...named, inAllLogs(typed)]
  }, [entries, builders, text])
  const chosen = found[Math.min(at, found.length - 1)]
  const run = (entry: Entry | undefined) => entry && onChoose(entry)
  return (
    <>
      <input
        className="palette-input"
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={chosen && `${id}-${chosen.key}`}
        aria-label="Search builds, changes, or run a command"
        placeholder="Search builds, changes, or run a command"
        value={text}
        onChange={event => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={event => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          else if (event.key === 'Enter') run(chosen)
          else return
          event.preventDefault()
        }}
      />
      <div className="palette-list" id={id} role="listbox" aria-label="Commands">
        {found.map(entry => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and the keys.
          <div
            key={entry.key}
            id={`${id}-${entry.key}`}
            role="option"
            tabIndex={-1}
            aria-selected={entry === chosen}
            ref={element => {
              if (entry === chosen) element?.scrollIntoView({ block: 'nearest' })
            }}
            onClick={() => run(entry)}
          >
            {entry.look && <ResultGlyph look={entry.look} />}
            <span className="cut">
              <bdi>{entry.label}</bdi>
            </span>
            <span className="dim cut">
              <bdi>{entry.detail}</bdi>
            </span>
            {entry.hint && <kbd>{entry.hint}</kbd>}
          </div>
        ))}
      </div>
    </>
  )
}

function inAllLogs(text: string): Entry {
  return {
    key: 'in-all-logs',
    label: `Search all logs for “${text}”`,
    detail: '',
    run: () => go(routes.searchFor(text)),
  }
}

function useEntries(): readonly Entry[] {
  const builders = useDesk(desk => desk.builders)
  const builds = useDesk(desk => desk.builds)
  const changes = useDesk(desk => desk.changes)
  const slaves = useDesk(desk => desk.slaves)
  const demo = useDesk(hasDemo)
  const views = useViews()
  const [location] = useLocation()
  const { ask, attach } = useSlaveDialogs()
  const force = useForceDialog()
  return useMemo(() => {
    const active = builders.filter(builder => builder.active)
    const runs: Record<CommandId, () => void> = {
      ...RUNS,
      force: () => force(),
      attach,
      poll: () => pollAll(active.map(builder => builder.project)),
    }
    return [
      ...(Object.keys(runs) as CommandId[])
        .filter(id => isOffered(id, demo))
        .map((id): Entry => commandEntry(id, runs[id])),
      ...groupsAt(location).flatMap(title =>
        keyCommands(title).map(
          (command): Entry => ({
            key: `key-${command.key}`,
            label: command.label,
            detail: `in ${title.toLowerCase()}`,
            hint: command.key,
            run: () => press(command),
          }),
        ),
      ),
      ...[...columnCommands(), ...timeCommands()].map(
        ({ label, run }, i): Entry => ({
          key: `waterfall-${i}`,
          label,
          detail: 'in the waterfall',
          run,
        }),
      ),
      ...views.map(
        (view): Entry => ({
          key: `view-${view.name}`,
          label: `View ${view.name}`,
          detail: 'saved view',
          run: () => go(viewPath(view.name)),
        }),
      ),
      ...active.flatMap((builder): Entry[] => [
        {
          key: `builder-${builder.id}`,
          label: builder.name,
          detail: 'builds of this builder',
          run: () => go(routes.builder(builder)),
        },
        {
          key: `force-${builder.id}`,
          label: `Force ${builder.name}`,
          detail: 'ask for a build',
          run: () => force(builder.id),
        },
      ]),
      ...slaves
        .filter(slave => slave.active)
        .flatMap((slave): Entry[] => [
          {
            key: `slave-${slave.id}`,
            label: slave.name,
            detail: 'slave',
            run: () => go(routes.slave(slave.name)),
          },
          ...slaveActions(slave).map(action => ({
            key: `slave-${slave.id}-${action.label}`,
            label: `${action.label.replace('…', '')}: ${slave.name}`,
            detail: action.detail,
            run: () => action.run(ask),
          })),
        ]),
      ...[...builds.values()]
        .sort((a, b) => b.id - a.id)
        .slice(0, MOST_BUILDS)
        .map((build): Entry => {
          const builder = builders.find(one => one.id === build.builderId)
          const look = lookOf(build.results)
          return {
            key: `build-${build.id}`,
            label: `${builder?.name} #${build.number}`,
            detail: `${LOOK_WORDS[look]}, ${build.stateString} ${build.branch ?? ''} ${shortRevision(build.revision)}`,
            look,
            run: () => go(routes.build(builder ?? { name: '' }, build)),
          }
        }),
      ...changes.slice(0, MOST_CHANGES).map(
        (change): Entry => ({
          key: `change-${change.id}`,
          label: change.subject,
          detail: `${change.project} ${change.branch} ${shortRevision(change.revision)}`,
          run: () => go(routes.changes),
        }),
      ),
    ]
  }, [builders, builds, changes, slaves, demo, views, location, ask, attach, force])
}

function commandEntry(id: CommandId, run: () => void): Entry {
  const { label, detail, key }: Command = COMMANDS[id]
  return { key: `do-${id}`, label, detail, ...(key && { hint: key }), run }
}

const MOST_BUILDS = 1000
const MOST_CHANGES = 500

function isOffered(id: CommandId, demo: boolean): boolean {
  if (id === (demo ? 'demo' : 'noDemo')) return false
  const command: Command = COMMANDS[id]
  return !command.desktop || bridge.shell === 'desktop'
}

// `name 12` or `name #12`, also where the build is older than what the window holds.
function olderBuild(typed: string, builders: readonly Builder[]): Entry[] {
  const [, name, number] = /^(.+?)\s*#?(\d{1,9})$/.exec(typed) ?? []
  const builder = builders.find(one => one.active && one.name.toLowerCase() === name?.toLowerCase())
  if (!builder) return []
  return [
    {
      key: 'older-build',
      label: `${builder.name} #${number}`,
      detail: 'open this build',
      run: () => go(routes.build(builder, { number: Number(number) })),
    },
  ]
}

function useViews(): readonly SavedView[] {
  const [views, setViews] = useState<readonly SavedView[]>([])
  useEffect(() => {
    // Without an answer there are none to offer.
    bridge.request('views:list').then(setViews, () => {})
  }, [])
  return views
}

/** What needs nothing of the parts of the window. */
const RUNS: Record<Exclude<CommandId, 'force' | 'attach' | 'poll'>, () => void> = {
  add: () => go(routes.add),
  filter: () => press({ press: 'f', shift: false }),
  waterfall: () => go(routes.waterfall),
  date: () => {
    go(routes.waterfall)
    askForDate()
  },
  console: () => go(routes.console),
  grid: () => go(routes.grid),
  board: () => go(routes.board),
  wall: openWall,
  builds: () => go(routes.builds),
  changes: () => go(routes.changes),
  trends: () => go(routes.trends),
  tests: () => go(`${routes.tests}?order=name`),
  flaky: () => go(`${routes.tests}?order=flaky`),
  slow: () => go(`${routes.tests}?order=slow`),
  slaves: () => go(routes.slaves),
  search: () => go(routes.search),
  settings: () => go(routes.settings),
  palette: () => press({ press: 'k', shift: false, control: true }),
  keys: () => press({ press: '?', shift: true }),
  legend: showLegend,
  reload: () => void act(bridge.request('config:reload'), 'The configuration was read again'),
  backup: () => void act(bridge.request('backup:create'), 'A backup was made and verified'),
  demo: () => void addDemo(),
  noDemo: () => void removeDemo(),
  light: () => prefer({ theme: 'light' }),
  dark: () => prefer({ theme: 'dark' }),
  system: () => prefer({ theme: 'system' }),
  window: () => void bridge.request('window:open', { place: routes.waterfall }).catch(tellError),
  news: () => go('/whats-new'),
  terminal: () => go(routes.settings),
  folder: () => showFile('data'),
  log: () => showFile('log'),
  diagnostics: () =>
    void bridge.request('desktop:diagnostics').then(text => copyText(text), tellError),
  quit: () => void bridge.request('desktop:quit').catch(tellError),
}

// Where the shell can't show it, the path says where it is.
function showFile(what: 'data' | 'log') {
  bridge
    .request('recovery:show', { what })
    .then(path => path !== null && tell(`It is ${path}`), tellError)
}

function pollAll(projects: readonly string[]) {
  for (const name of new Set(projects))
    if (name) void act(bridge.request('project:poll', { name }), 'The repositories were looked at')
}

// A key does what it does: it is pressed.
function press({
  press: key,
  shift,
  control = false,
}: {
  press: string
  shift: boolean
  control?: boolean
}) {
  const target = document.activeElement ?? document.body
  const init = { key, shiftKey: shift, ctrlKey: control, bubbles: true, cancelable: true }
  target.dispatchEvent(new KeyboardEvent('keydown', init))
}
