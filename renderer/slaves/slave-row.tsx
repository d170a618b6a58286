import { Link } from 'wouter'
import type { Slave } from '../bridge.ts'
import { useDesk } from '../store/hooks.ts'
import { go, routes } from '../store/route.ts'
import { exact } from '../ui/format.ts'
import { Area } from './area.tsx'
import { NEEDS_LOOK, SlaveSignGlyph } from './slave-sign.tsx'
import { describeKind, describeLink, describeSlave, type SlaveScene } from './slave-words.ts'
import { loadsOf, useVitals } from './use-vitals.ts'

/** One slave in the table: how it stands, what it can do, and how its link is. */
export function SlaveRow({
  slave,
  scene,
  picked,
}: {
  slave: Slave
  scene: SlaveScene
  picked: boolean
}) {
  const { sign, label, detail } = describeSlave(slave, scene)
  const { link, program } = describeLink(slave, scene.now)
  const version = useDesk(desk => desk.version)
  const older = isOlder(slave, version)
  const vitals = useVitals(slave.name)
  return (
    <tr className={picked ? 'picked' : undefined} onClick={() => go(routes.slave(slave.name))}>
      <td>
        <Link
          href={routes.slave(slave.name)}
          className="slave-name cut"
          aria-current={picked ? 'true' : undefined}
        >
          {slave.name}
        </Link>
        <small className="cut">{describeKind(slave)}</small>
      </td>
      <td title={detail}>
        <div className="slave-state">
          <SlaveSignGlyph sign={sign} />
          <span className="two">
            <span className={NEEDS_LOOK.has(sign) ? 'cut amber' : 'cut'} title={exact(slave.since)}>
              {label}
            </span>
            <small className="cut">{detail}</small>
          </span>
        </div>
      </td>
      <td>
        <Slots slave={slave} />
      </td>
      <td>
        <Chips slave={slave} />
      </td>
      <td>
        <Area
          values={loadsOf(vitals, slave)}
          now={scene.now}
          width={150}
          height={26}
          label={`Load of ${slave.name} in the last hour`}
        />
      </td>
      <td>
        <span className="soft cut">{link}</span>
        <small className="cut">
          {program}
          {older && <span title={`This master is ${version}`}>, older</span>}
        </small>
      </td>
    </tr>
  )
}

function Slots({ slave }: { slave: Slave }) {
  const busy = slave.building.length
  const shown = Math.min(6, slave.maxBuilds)
  return (
    <span className="slots">
      <span aria-hidden>
        {Array.from({ length: shown }, (_, i) => (
          <i key={i} className={i < busy ? (slave.state === 'lost' ? 'lost' : 'busy') : ''} />
        ))}
      </span>
      {busy} of {slave.maxBuilds}
    </span>
  )
}

// What people look for in a slave; the others are of the protocol.
const SHOWN_CAPABILITIES = ['terminal', 'resume'] as const

function Chips({ slave }: { slave: Slave }) {
  const { capabilities } = slave.link
  // Of one that was never there nothing is known to be missing.
  const known = slave.link.program !== null
  return (
    <span className="chips">
      {SHOWN_CAPABILITIES.filter(name => capabilities[name] !== undefined).map(name => (
        <span key={name} className="chip cap">
          {name}
        </span>
      ))}
      {slave.tags.map(tag => (
        <span key={`tag ${tag}`} className="chip">
          {tag}
        </span>
      ))}
      {known &&
        SHOWN_CAPABILITIES.filter(name => capabilities[name] === undefined).map(name => (
          <span key={name} className="chip no">
            no {name}
          </span>
        ))}
    </span>
  )
}

/** A slave of an earlier version than the master's works, without what came since. */
function isOlder(slave: Slave, version: string): boolean {
  const { version: own } = slave.info
  if (slave.link.program !== 'triphammer' || typeof own !== 'string') return false
  const [a, b] = [own, version].map(one => one.split(/[.-]/).slice(0, 3).map(Number))
  if ([...a!, ...b!].some(Number.isNaN)) return false
  for (let i = 0; i < 3; i++) if (a![i] !== b![i]) return (a![i] ?? 0) < (b![i] ?? 0)
  return false
}
