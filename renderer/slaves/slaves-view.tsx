import { Pause, Play } from 'lucide-react'
import { Link } from 'wouter'
import { bridge, type Slave } from '../bridge.ts'
import { act } from '../store/actions.ts'
import { useDesk, useNow } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'
import { ago, bytes, count, duration, exact } from '../ui/format.ts'
import { Empty } from '../ui/parts.tsx'
import { ResultGlyph } from '../ui/result.tsx'
import { SlaveConsole } from './slave-console.tsx'
import './slaves.css'

/** The machines that build: how they are, what they do, and what they say. */
export function SlavesView({ name }: { name?: string }) {
  const slaves = useDesk(desk => desk.slaves).filter((slave: Slave) => slave.active)
  const picked = slaves.find(slave => slave.name === name) ?? slaves[0]
  const online = slaves.filter(slave => slave.state === 'online').length
  if (!picked) return <Empty title="No slaves" />
  return (
    <section className="view slaves" aria-label="Slaves">
      <div className="tools">
        <h1>Slaves</h1>
        <span className="soft">
          {slaves.length}, of which {online} online
        </span>
      </div>
      <div className="slave-table">
        <table className="table">
          <thead>
            <tr>
              <th>Slave</th>
              <th>State</th>
              <th>Slots</th>
              <th>Tags</th>
              <th>System</th>
              <th>Version</th>
            </tr>
          </thead>
          <tbody>
            {slaves.map(slave => (
              <SlaveRow key={slave.id} slave={slave} picked={slave === picked} />
            ))}
          </tbody>
        </table>
      </div>
      <div className="slave-detail">
        <SlaveConsole key={picked.name} name={picked.name} />
        <SlaveFacts slave={picked} />
      </div>
    </section>
  )
}

function SlaveRow({ slave, picked }: { slave: Slave; picked: boolean }) {
  const now = useNow(10_000)
  const { label, detail, tone } = stateOf(slave)
  return (
    <tr className={picked ? 'picked' : undefined} onClick={() => go(routes.slave(slave.name))}>
      <td>
        <Link href={routes.slave(slave.name)} aria-current={picked ? 'true' : undefined}>
          <b>{slave.name}</b>
        </Link>
        <small>{slave.kind === 'local' ? 'this machine' : 'remote'}</small>
      </td>
      <td>
        <span className={`slave-state ${tone}`}>
          <i
            className={`dot ${tone === 'good' ? '' : tone === 'attention' ? 'attention' : 'off'}`}
          />
          {label}
        </span>
        <small title={exact(slave.since)}>{detail || `since ${ago(now - slave.since)}`}</small>
      </td>
      <td>
        <span className="slots" aria-hidden>
          {Array.from({ length: Math.min(8, slave.maxBuilds) }, (_, i) => (
            <i key={i} className={i < slave.building.length ? 'busy' : ''} />
          ))}
        </span>
        {slave.building.length} of {slave.maxBuilds}
      </td>
      <td>
        <span className="chips">
          {slave.tags.map(tag => (
            <span key={tag} className="chip">
              {tag}
            </span>
          ))}
        </span>
      </td>
      <td className="soft">
        {String(slave.info.os_pretty_name ?? slave.info.platform ?? '')}
        <small>
          {slave.info.arch
            ? `${slave.info.arch}, ${count(Number(slave.info.numcpus ?? 0), 'core')}`
            : ''}
        </small>
      </td>
      <td className="soft">{String(slave.info.version ?? '')}</td>
    </tr>
  )
}

function stateOf(slave: Slave): {
  label: string
  detail: string
  tone: 'good' | 'attention' | 'off'
} {
  if (slave.paused) return { label: 'Paused', detail: slave.paused.reason, tone: 'attention' }
  switch (slave.state) {
    case 'online':
      return slave.building.length > 0
        ? { label: count(slave.building.length, 'build'), detail: '', tone: 'good' }
        : { label: 'Idle', detail: '', tone: 'good' }
    case 'starting':
      return { label: 'Starting', detail: slave.reason, tone: 'attention' }
    case 'lost':
      return { label: 'Link lost', detail: slave.reason, tone: 'attention' }
    case 'stopping':
      return { label: 'Stopping', detail: slave.reason, tone: 'attention' }
    case 'offline':
      return { label: 'Offline', detail: slave.reason, tone: 'off' }
  }
}

function SlaveFacts({ slave }: { slave: Slave }) {
  const builds = useDesk(desk => desk.builds)
  const builders = useDesk(desk => desk.builders)
  const now = useNow(1000)
  const { info } = slave
  return (
    <aside className="slave-facts" aria-label={`About ${slave.name}`}>
      <section>
        <h2 className="caps">Building</h2>
        {slave.building.length === 0 && <p className="soft">Nothing right now.</p>}
        <ul>
          {slave.building.map(id => {
            const build = builds.get(id)
            const builder = builders.find(one => one.id === build?.builderId)
            if (!build || !builder) return null
            return (
              <li key={id}>
                <ResultGlyph look="running" />
                <Link className="link" href={routes.build(builder, build)}>
                  {builder.name} #{build.number}
                </Link>
                <span className="soft">{build.stateString}</span>
                <span className="dim">{duration(now - build.startedAt)}</span>
              </li>
            )
          })}
        </ul>
      </section>
      <section>
        <h2 className="caps">Machine</h2>
        <dl className="facts">
          <dt>Host</dt>
          <dd>{String(info.host ?? 'not attached yet')}</dd>
          <dt>Memory</dt>
          <dd>{info.memory_bytes ? bytes(Number(info.memory_bytes)) : ''}</dd>
          <dt>Process</dt>
          <dd>{String(info.pid ?? '')}</dd>
          <dt>Folder</dt>
          <dd className="mono">{String(info.basedir ?? '')}</dd>
        </dl>
      </section>
      <section>
        {slave.paused ? (
          <button
            type="button"
            className="button"
            onClick={() =>
              void act(
                bridge.request('slave:unpause', { name: slave.name }),
                `${slave.name} takes builds again`,
              )
            }
          >
            <Play />
            Resume
          </button>
        ) : (
          <button
            type="button"
            className="button"
            onClick={() =>
              void act(
                bridge.request('slave:pause', {
                  name: slave.name,
                  reason: 'paused by hand',
                  until: null,
                }),
                `${slave.name} takes no new builds`,
              )
            }
          >
            <Pause />
            Pause
          </button>
        )}
      </section>
    </aside>
  )
}
