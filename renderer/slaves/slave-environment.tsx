import type { Slave } from '../bridge.ts'
import { useNow } from '../store/hooks.ts'
import { ago, bytes, count } from '../ui/format.ts'
import { Empty } from '../ui/parts.tsx'

/** What a slave told of its machine: system, and the tools that were found, with their age. */
export function SlaveEnvironment({ slave }: { slave: Slave }) {
  const now = useNow(10_000)
  const { info } = slave
  const facts = factRows(info)
  const tools = toolRows(info)
  if (facts.length === 0)
    return (
      <Empty title="Nothing is known yet">
        <p>{slave.name} tells of its system and tools when it attaches for the first time.</p>
      </Empty>
    )
  const foundAt = typeof info.tools_found_at === 'number' ? info.tools_found_at : null
  return (
    <div
      className="scroll environment"
      tabIndex={0}
      role="region"
      aria-label={`Environment of ${slave.name}`}
    >
      <section>
        <h2 className="caps">System</h2>
        <dl className="facts">
          {facts.map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
        </dl>
        <p className="dim">
          {slave.state === 'online' ? 'Told' : 'Last told'} when it attached,{' '}
          {ago(now - slave.since)}. Builders can ask for these:{' '}
          <code className="mono">{'requires: { os: linux }'}</code>.
        </p>
      </section>
      <section>
        <h2 className="caps">
          Tools found {foundAt !== null && <span>looked {ago(now - foundAt)}</span>}
        </h2>
        {tools === null ? (
          <p className="soft">This slave does not look for tools.</p>
        ) : tools.length === 0 ? (
          <p className="soft">None of the tools that builds often need are in its PATH.</p>
        ) : (
          <dl className="facts tools-found">
            {tools.map(([name, value]) => (
              <Fact key={name} name={name} value={value} mono />
            ))}
          </dl>
        )}
      </section>
    </div>
  )
}

function Fact({ name, value, mono = false }: { name: string; value: string; mono?: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={mono ? 'mono' : undefined}>{value}</dd>
    </>
  )
}

function factRows(info: Slave['info']): [string, string][] {
  const rows: [string, unknown][] = [
    ['Host', info.host],
    ['System', info.os_pretty_name ?? info.platform],
    ['Architecture', info.arch],
    ['Processors', Number(info.numcpus) > 0 && count(Number(info.numcpus), 'core')],
    ['Memory', Number(info.memory_bytes) > 0 && bytes(Number(info.memory_bytes))],
    ['Folder', info.basedir],
    ['Process', info.pid],
    ['Version', info.version],
    ['Node', info.node_version],
  ]
  return rows.flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number'
      ? [[name, String(value)] as [string, string]]
      : [],
  )
}

function toolRows(info: Slave['info']): [string, string][] | null {
  const { tools } = info
  if (typeof tools !== 'object' || tools === null) return null
  return Object.entries(tools)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .sort(([a], [b]) => a.localeCompare(b))
}
