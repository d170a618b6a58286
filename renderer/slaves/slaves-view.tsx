import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Slave } from '../bridge.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { useKeys } from '../store/keys.ts'
import { go, routes } from '../store/route.ts'
import { Empty } from '../ui/parts.tsx'
import { slaveActions } from './slave-actions.ts'
import { SlaveDetail, type SlaveTab } from './slave-detail.tsx'
import { useSlaveDialogs } from './slave-dialogs.tsx'
import { SlavePanel } from './slave-panel.tsx'
import { SlaveRow } from './slave-row.tsx'
import { useScenes } from './use-scene.ts'
import './slaves.css'

/** The machines that build: how they are, what they do, and what they say. */
export function SlavesView({ name, tab = 'console' }: { name?: string; tab?: SlaveTab }) {
  const all = useDesk(desk => desk.slaves)
  const active = all.filter(slave => slave.active)
  const [tag, setTag] = useState('')
  const shown = active.filter(slave => tag === '' || slave.tags.includes(tag))
  const picked = shown.find(slave => slave.name === name) ?? shown[0]
  const { ask, attach } = useSlaveDialogs()
  const scenes = useScenes()
  const now = useNow(1000)
  useKeys({ ...keysFor(shown, picked, tab, ask), n: attach })
  const online = active.filter(slave => slave.state === 'online').length
  const tags = [...new Set(active.flatMap(slave => slave.tags))].sort()

  return (
    <section className="view slaves" aria-label="Slaves">
      <div className="tools">
        <h1>Slaves</h1>
        <span className="soft">
          {active.length}, of which {online} online
        </span>
        <span className="grow" />
        {tags.length > 0 && (
          <select
            className="input filter"
            aria-label="Show slaves with tag"
            value={tag}
            onChange={event => setTag(event.target.value)}
          >
            <option value="">All tags</option>
            {tags.map(one => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
        <button type="button" className="button primary" onClick={attach}>
          <Plus />
          Attach a slave
        </button>
      </div>
      {!picked ? (
        <Empty title={tag === '' ? 'No slaves' : `No slave has tag ${tag}`}>
          <p>
            A slave is a machine that builds. This machine can be one, and any other that you can
            reach over the network.
          </p>
          <button type="button" className="button primary big" onClick={attach}>
            <Plus />
            Attach a slave
          </button>
        </Empty>
      ) : (
        <>
          <div className="slave-table" tabIndex={0} role="region" aria-label="List of slaves">
            <table className="table">
              <thead>
                <tr>
                  <th>Slave</th>
                  <th>State</th>
                  <th>Slots</th>
                  <th>Tags and capabilities</th>
                  <th>Load, last hour</th>
                  <th>Link and version</th>
                </tr>
              </thead>
              <tbody>
                {shown.map(slave => (
                  <SlaveRow
                    key={slave.id}
                    slave={slave}
                    scene={scenes(slave, now)}
                    picked={slave === picked}
                  />
                ))}
              </tbody>
            </table>
          </div>
          <div className="slave-low">
            <SlaveDetail key={picked.name} slave={picked} tab={tab} />
            <SlavePanel slave={picked} />
          </div>
        </>
      )}
    </section>
  )
}

// Arrows walk through the slaves; letters do what the buttons do.
function keysFor(
  shown: readonly Slave[],
  picked: Slave | undefined,
  tab: SlaveTab,
  ask: ReturnType<typeof useSlaveDialogs>['ask'],
): Record<string, () => unknown> {
  if (!picked) return {}
  const walk = (step: number) => {
    const to = shown[shown.indexOf(picked) + step]
    // A shell is opened by who asks for it, not by who walks by.
    if (to) go(routes.slave(to.name, tab === 'terminal' ? 'console' : tab))
  }
  const keys: Record<string, () => unknown> = {
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    j: () => walk(1),
    k: () => walk(-1),
  }
  for (const action of slaveActions(picked))
    if (action.key !== undefined) keys[action.key] = () => action.run(ask)
  return keys
}
