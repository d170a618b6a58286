import { Dialog } from '@base-ui/react/dialog'
import { useId, useMemo, useState } from 'react'
import { bridge } from '../bridge.ts'
import { useForceDialog } from '../builds/force-dialog.tsx'
import { slaveActions } from '../slaves/slave-actions.ts'
import { useSlaveDialogs } from '../slaves/slave-dialogs.tsx'
import { act } from '../store/actions.ts'
import { useDesk } from '../store/hooks.ts'
import { prefer } from '../store/preferences.ts'
import { go, routes } from '../store/route.ts'
import { shortRevision } from '../ui/format.ts'
import { LOOK_WORDS, type Look, lookOf } from '../ui/look.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { openWall } from '../wall/open-wall.ts'
import { askForDate } from '../waterfall/date-dialog.tsx'

interface Entry {
  readonly key: string
  readonly label: string
  readonly detail: string
  readonly look?: Look
  run(): void
}

const MOST_ENTRIES = 60

/** Everything that can be done, and every build and change, by typing a part of its name. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={now => !now && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette">
          <Dialog.Title className="visually-hidden">Commands</Dialog.Title>
          {open && <Chooser onClose={onClose} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Chooser({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const entries = useEntries()
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    const named = entries
      .filter(entry =>
        words.every(word => `${entry.label} ${entry.detail}`.toLowerCase().includes(word)),
      )
      .slice(0, MOST_ENTRIES)
    return words.length > 0 ? [...named, inAllLogs(text.trim())] : named
  }, [entries, text])
  const chosen = found[Math.min(at, found.length - 1)]
  const run = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    // After the dialogue has given the focus back.
    setTimeout(entry.run)
  }
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
            <span className="cut">{entry.label}</span>
            <span className="dim cut">{entry.detail}</span>
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
  const { ask, attach } = useSlaveDialogs()
  const force = useForceDialog()
  return useMemo(() => {
    const command = (label: string, detail: string, run: () => void): Entry => ({
      key: label.replace(/\W+/g, '-'),
      label,
      detail,
      run,
    })
    const active = builders.filter(builder => builder.active)
    return [
      command('Add repository', 'a folder or a URL', () => go(routes.add)),
      ...active.map(builder =>
        command(`Force ${builder.name}`, 'ask for a build', () => force(builder.id)),
      ),
      command('Attach a slave', 'another machine that builds', attach),
      ...slaves
        .filter(slave => slave.active)
        .flatMap(slave =>
          slaveActions(slave).map(action =>
            command(`${action.label.replace('…', '')}: ${slave.name}`, action.detail, () =>
              action.run(ask),
            ),
          ),
        ),
      command('Waterfall', 'go to', () => go(routes.waterfall)),
      command('Go to a date', 'in the waterfall', () => {
        go(routes.waterfall)
        askForDate()
      }),
      command('Console', 'my changes, and which builds hold them', () => go(routes.console)),
      command('Grid', 'changes by builders', () => go(routes.grid)),
      command('Builds', 'go to', () => go(routes.builds)),
      command('Changes', 'go to', () => go(routes.changes)),
      command('Trends', 'duration, queue time, success and log size', () => go(routes.trends)),
      command('Flaky tests', 'go to', () => go(`${routes.tests}?order=flaky`)),
      command('Slowest tests', 'go to', () => go(`${routes.tests}?order=slow`)),
      command('Tests', 'how each fared in many builds', () => go(`${routes.tests}?order=name`)),
      command('Board', 'what needs you', () => go(routes.board)),
      command('Wall', 'how everything stands, in a window for a big screen', openWall),
      command('Slaves', 'go to', () => go(routes.slaves)),
      command('Search all logs', 'go to', () => go(routes.search)),
      command('Settings', 'go to', () => go(routes.settings)),
      command('Look for new commits', 'in all repositories', () => {
        for (const project of new Set(active.map(builder => builder.project)))
          if (project)
            void act(
              bridge.request('project:poll', { name: project }),
              'The repositories were looked at',
            )
      }),
      command(
        'Read the configuration again',
        'master.yml',
        () => void act(bridge.request('config:reload'), 'The configuration was read again'),
      ),
      command('Light theme', 'look', () => prefer({ theme: 'light' })),
      command('Dark theme', 'look', () => prefer({ theme: 'dark' })),
      command('Theme of the system', 'look', () => prefer({ theme: 'system' })),
      ...active.map(builder =>
        command(builder.name, 'builds of this builder', () => go(routes.builder(builder))),
      ),
      ...[...builds.values()]
        .sort((a, b) => b.id - a.id)
        .slice(0, 300)
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
      ...changes.slice(0, 200).map(
        (change): Entry => ({
          key: `change-${change.id}`,
          label: change.subject,
          detail: `${change.project} ${change.branch} ${shortRevision(change.revision)}`,
          run: () => go(routes.changes),
        }),
      ),
    ]
  }, [builders, builds, changes, slaves, ask, attach, force])
}
