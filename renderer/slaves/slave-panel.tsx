import { Link } from 'wouter'
import type { Build, Builder, Slave, SlaveVitals } from '../bridge.ts'
import { useAsleepMs, useDesk, useNow } from '../store/hooks.ts'
import { routes } from '../store/route.ts'
import { bytes, count, duration, number, roughly, when } from '../ui/format.ts'
import { ResultGlyph } from '../ui/result.tsx'
import { leftWords } from '../waterfall/estimate.ts'
import { useLeftMs } from '../waterfall/use-forecast.ts'
import { Area } from './area.tsx'
import type { Measure } from './area-lines.ts'
import { describeSystem } from './slave-words.ts'
import { useVitals } from './use-vitals.ts'

/** The picked slave at a glance: what it builds, how its machine fares, what it holds. */
export function SlavePanel({ slave }: { slave: Slave }) {
  const now = useNow(1000)
  const vitals = useVitals(slave.name)
  const newest = vitals.at(-1)
  return (
    <aside className="slave-panel" aria-label={`About ${slave.name}`}>
      <section>
        <h2 className="caps">Building</h2>
        <Building slave={slave} now={now} />
      </section>
      <Chart
        title="Processor"
        now={now}
        values={vitals.flatMap(({ at, cpuPercent }) =>
          cpuPercent === null ? [] : [{ at, share: cpuPercent / 100 }],
        )}
        said={processorWords(slave, newest)}
      />
      <Chart
        title="Memory"
        now={now}
        values={vitals.flatMap(({ at, memoryUsedBytes: used, memoryTotalBytes: total }) =>
          used === null || !total ? [] : [{ at, share: used / total }],
        )}
        said={memoryWords(slave, newest)}
      />
      <section>
        <dl className="facts">
          <Facts slave={slave} newest={newest} now={now} />
        </dl>
      </section>
    </aside>
  )
}

function Building({ slave, now }: { slave: Slave; now: number }) {
  const builds = useDesk(desk => desk.builds)
  const builders = useDesk(desk => desk.builders)
  const running = slave.building.flatMap(id => builds.get(id) ?? [])
  if (running.length === 0)
    return (
      <p className="soft">
        {slave.state === 'online' ? 'Nothing at the moment.' : 'Nothing; it is not attached.'}
      </p>
    )
  return (
    <ul className="now-building">
      {running.map(build => (
        <Running
          key={build.id}
          build={build}
          builder={builders.find(one => one.id === build.builderId)}
          lost={slave.state === 'lost'}
          now={now}
        />
      ))}
    </ul>
  )
}

function Running({
  build,
  builder,
  lost,
  now,
}: {
  build: Build
  builder: Builder | undefined
  lost: boolean
  now: number
}) {
  const step = useDesk(desk => desk.steps.get(build.id))?.findLast(one => one.completeAt === null)
  const left = useLeftMs(build, now)
  const took = now - build.startedAt - useAsleepMs(build.startedAt, now)
  const share = left === null ? null : Math.min(1, took / Math.max(1, took + left))
  if (!builder) return null
  return (
    <li>
      <ResultGlyph look={lost ? 'retry' : 'running'} />
      <span className="cut">
        <Link className="link" href={routes.build(builder, build)}>
          {builder.name} #{build.number}
        </Link>{' '}
        <span className="dim">{lost ? 'goes on there' : (step?.name ?? 'starting')}</span>
      </span>
      <span className="soft">{left === null ? duration(took) : leftWords(left).short}</span>
      <span className="progress" aria-hidden>
        {share !== null && <i style={{ width: `${share * 100}%` }} />}
      </span>
    </li>
  )
}

function Chart({
  title,
  said,
  values,
  now,
}: {
  title: string
  said: string
  values: readonly Measure[]
  now: number
}) {
  return (
    <section>
      <h2 className="caps">
        {title} <span>{said}</span>
      </h2>
      {values.length > 0 ? (
        <Area
          values={values}
          now={now}
          width={308}
          height={40}
          label={`${title} in the last hour`}
        />
      ) : (
        <p className="dim">It has told nothing of this in the last hour.</p>
      )}
    </section>
  )
}

function processorWords({ info }: Slave, newest: SlaveVitals | undefined): string {
  const cores = Number(info.numcpus)
  if (newest?.cpuPercent == null) return cores > 0 ? count(cores, 'core') : 'not told'
  const of = cores > 0 ? ` of ${count(cores, 'core')}` : ''
  return `${number(Math.round(newest.cpuPercent))} %${of}`
}

function memoryWords({ info }: Slave, newest: SlaveVitals | undefined): string {
  const total = newest?.memoryTotalBytes ?? (Number(info.memory_bytes) || null)
  if (newest?.memoryUsedBytes == null) return total === null ? 'not told' : bytes(total)
  return total === null
    ? bytes(newest.memoryUsedBytes)
    : `${bytes(newest.memoryUsedBytes)} of ${bytes(total)}`
}

function Facts({
  slave,
  newest,
  now,
}: {
  slave: Slave
  newest: SlaveVitals | undefined
  now: number
}) {
  const { link, info } = slave
  const offset = link.clockOffsetMs
  const facts: [string, string | null][] = [
    ['System', describeSystem(slave) || null],
    ['Disk free', newest?.diskFreeBytes == null ? null : bytes(newest.diskFreeBytes)],
    ['Workspaces', workspaceWords(info)],
    ['Folder', typeof info.basedir === 'string' ? info.basedir : null],
    ['Up', upWords(slave, now)],
    ['Clock', offset === null ? null : clockWords(offset)],
    ['Throughput', link.bytesPerSecond === null ? null : `${bytes(link.bytesPerSecond)}/s`],
    ['Keeps builds', link.leaseUntil === null ? null : `until ${when(link.leaseUntil, now)}`],
    ['Tags', slave.tags.length > 0 ? slave.tags.join(', ') : 'none'],
  ]
  return facts.flatMap(([name, value]) =>
    value === null
      ? []
      : [
          <dt key={`${name}?`}>{name}</dt>,
          <dd key={name} className={name === 'Folder' ? 'mono' : undefined}>
            {value}
          </dd>,
        ],
  )
}

function workspaceWords(info: Slave['info']): string | null {
  const folders = Number(info.workspaces)
  return Number.isFinite(folders) && info.workspaces !== undefined ? number(folders) : null
}

function upWords(slave: Slave, now: number): string | null {
  return slave.state === 'online' ? `attached for ${roughly(now - slave.since)}` : null
}

function clockWords(offsetMs: number): string {
  if (Math.abs(offsetMs) < 1000) return 'agrees with ours'
  const much = roughly(Math.abs(offsetMs))
  return offsetMs > 0 ? `${much} ahead of ours` : `${much} behind ours`
}
