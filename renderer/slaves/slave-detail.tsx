import { Menu } from '@base-ui/react/menu'
import { Tabs } from '@base-ui/react/tabs'
import { Ellipsis } from 'lucide-react'
import type { Slave } from '../bridge.ts'
import { go, routes } from '../store/route.ts'
import { TerminalPane } from '../terminal/terminal-pane.tsx'
import { Hint } from '../ui/parts.tsx'
import { type SlaveAction, slaveActions } from './slave-actions.ts'
import { SlaveBuilds } from './slave-builds.tsx'
import { SlaveConsole } from './slave-console.tsx'
import { useSlaveDialogs } from './slave-dialogs.tsx'
import { SlaveEnvironment } from './slave-environment.tsx'
import { SlaveLoadTab } from './slave-load.tsx'

export const SLAVE_TABS = ['console', 'builds', 'load', 'environment', 'terminal'] as const
export type SlaveTab = (typeof SLAVE_TABS)[number]

const LABELS: Record<SlaveTab, string> = {
  console: 'Console',
  builds: 'Builds',
  load: 'Load',
  environment: 'Environment',
  terminal: 'Terminal',
}

// What is done often has a button; the rest is in the menu. All of it has the palette.
const BUTTONS: readonly SlaveAction['id'][] = ['quarantine', 'unpause', 'pause', 'drain', 'undrain']

/** The picked slave: what it says, what it built, what it is, a shell on it, and what to do with it. */
export function SlaveDetail({ slave, tab }: { slave: Slave; tab: SlaveTab }) {
  const { ask } = useSlaveDialogs()
  const actions = slaveActions(slave)
  const buttons = BUTTONS.flatMap(id => actions.find(action => action.id === id) ?? [])
  const { pid } = slave.info
  return (
    <Tabs.Root
      className="slave-detail"
      value={tab}
      onValueChange={value => go(routes.slave(slave.name, value as SlaveTab))}
    >
      <div className="slave-bar">
        <h2 className="cut">{slave.name}</h2>
        <Tabs.List className="tab-list" aria-label={`What is shown of ${slave.name}`}>
          {SLAVE_TABS.map(one => (
            <Tabs.Tab key={one} className="tab" value={one}>
              {LABELS[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <span className="grow" />
        {slave.state === 'online' && typeof pid === 'number' && (
          <span className="dim pid">process {pid}</span>
        )}
        {buttons.map(action => (
          <Hint key={action.id} text={`${action.detail} (${action.key})`}>
            <button type="button" className="button quiet" onClick={() => action.run(ask)}>
              {action.label}
            </button>
          </Hint>
        ))}
        <MoreActions actions={actions} name={slave.name} />
      </div>
      <Tabs.Panel className="slave-tab" value="console">
        <SlaveConsole name={slave.name} />
      </Tabs.Panel>
      <Tabs.Panel className="slave-tab" value="builds">
        <SlaveBuilds slave={slave} />
      </Tabs.Panel>
      <Tabs.Panel className="slave-tab" value="load">
        <SlaveLoadTab slave={slave} />
      </Tabs.Panel>
      <Tabs.Panel className="slave-tab" value="environment">
        <SlaveEnvironment slave={slave} />
      </Tabs.Panel>
      <Tabs.Panel className="slave-tab" value="terminal">
        <TerminalPane slave={slave} buildId={null} where={`the folder of ${slave.name}`} />
      </Tabs.Panel>
    </Tabs.Root>
  )
}

function MoreActions({ actions, name }: { actions: readonly SlaveAction[]; name: string }) {
  const { ask } = useSlaveDialogs()
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button quiet square" aria-label={`More to do with ${name}`}>
        <Ellipsis />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end" className="menu-place">
          <Menu.Popup className="menu">
            {actions.map(action => (
              <Menu.Item key={action.id} className="menu-item" onClick={() => action.run(ask)}>
                <span>
                  {action.label}
                  <small>{action.detail}</small>
                </span>
                {action.key && <kbd>{action.key === 'Delete' ? 'Del' : action.key}</kbd>}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
