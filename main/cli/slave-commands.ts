import { parseDuration } from '../master/config/duration.ts'
import type { Moment, Slave, SlaveVitals } from '../master/model.ts'
import { clockTime } from '../master/process/waiting.ts'
import { factsOf } from '../master/slaves/facts.ts'
import type { CommandLine } from './cli.ts'
import { withHistory, withRunningMaster } from './connect.ts'
import { CommandError, dim, duration, print, printJson, printTable } from './terminal.ts'

type Seen = Slave & { readonly vitals: SlaveVitals | null }

/** slaves, pause, unpause, drain, kill, remove. */
export function addSlaveCommands({ program, dataDir, json }: CommandLine): void {
  program
    .command('slaves')
    .argument('[name]', 'tells all of one slave')
    .description('the slaves: how they fare, what they have, and when they were last heard')
    .action((name: string | undefined) =>
      withHistory(dataDir(), async client => {
        const { slaves, now } = await client.request('desk:snapshot')
        const wanted = slaves.filter(slave =>
          name === undefined ? slave.active : slave.name === name,
        )
        if (name !== undefined && wanted.length === 0)
          throw new CommandError(`There is no slave "${name}".`)
        const seen: Seen[] = []
        for (const slave of wanted) {
          const vitals = (await client.request('slave:vitals', slave.name)).at(-1) ?? null
          seen.push({ ...slave, vitals })
        }
        if (json()) printJson(name === undefined ? seen : seen[0])
        else if (name !== undefined) printOne(seen[0]!, now)
        else printTable(seen.map(slave => rowOf(slave, now)))
      }),
    )

  program
    .command('pause')
    .argument('<slave>')
    .description('give a slave no new builds; what runs goes on')
    .option('--until <time>', 'a time of day such as 18:00, or a date and time')
    .option('--for <duration>', 'for so long, such as 2h')
    .option('--reason <text>', 'why', '')
    .action((name: string, options: { until?: string; for?: string; reason: string }) => {
      const until = endOf(options, Date.now())
      return withRunningMaster(dataDir(), async client => {
        await client.request('slave:pause', { name, reason: options.reason, until })
        const how = until === null ? '' : ` until ${clockTime(until, Date.now())}`
        say({ name, until }, `${name} is paused${how}`)
      })
    })

  program
    .command('unpause')
    .argument('<slave>')
    .description(
      'give a slave builds again, whatever kept it from them: a pause, a drain, a quarantine',
    )
    .action((name: string) =>
      withRunningMaster(dataDir(), async client => {
        await client.request('slave:unpause', { name })
        await client.request('slave:resetQuarantine', { name })
        await client.request('slave:drain', { name, on: false })
        say({ name }, `${name} takes builds`)
      }),
    )

  program
    .command('drain')
    .argument('<slave>')
    .description(
      'give a slave no new builds, and let it go when it has none; "unpause" brings it back',
    )
    .action((name: string) =>
      withRunningMaster(dataDir(), async client => {
        await client.request('slave:drain', { name, on: true })
        say({ name }, `${name} goes when its builds are over`)
      }),
    )

  program
    .command('kill')
    .argument('<slave>')
    .description('end a slave now, whatever it does; its builds are tried again')
    .action((name: string) =>
      withRunningMaster(dataDir(), async client => {
        await client.request('slave:kill', { name })
        say({ name }, `${name} was killed; its builds are tried again`)
      }),
    )

  program
    .command('remove')
    .argument('<slave>')
    .description(
      'take a slave out of master.yml, with its keys; what it built stays in the history',
    )
    .action((name: string) =>
      withRunningMaster(dataDir(), async client => {
        await client.request('slave:remove', { name })
        say({ name }, `${name} was removed; what it built stays in the history`)
      }),
    )

  function say(data: object, words: string) {
    if (json()) printJson(data)
    else print(words)
  }
}

/** When a pause is over: `--until 18:00` is the next time that a clock shows it. */
export function endOf(options: { until?: string; for?: string }, now: Moment): Moment | null {
  if (options.until !== undefined && options.for !== undefined)
    throw new CommandError('--until and --for can not both be given', 2)
  if (options.for !== undefined) {
    const ms = parseDuration(options.for)
    if (!ms) throw new CommandError(`--for wants a time such as 2h, not "${options.for}"`, 2)
    return now + ms
  }
  if (options.until === undefined) return null
  const time = /^(\d{1,2}):(\d{2})$/.exec(options.until)
  const [hours, minutes] = [Number(time?.[1]), Number(time?.[2])]
  if (time && hours < 24 && minutes < 60) {
    const date = new Date(now)
    date.setHours(hours, minutes, 0, 0)
    if (date.getTime() <= now) date.setDate(date.getDate() + 1)
    return date.getTime()
  }
  const at = time ? Number.NaN : Date.parse(options.until)
  if (Number.isNaN(at))
    throw new CommandError(
      `--until wants a time such as 18:00 or "2030-01-31 09:00", not "${options.until}"`,
      2,
    )
  return at
}

function rowOf(slave: Seen, now: Moment): string[] {
  const { os, arch, cpus } = factsOf(slave.info)
  const { latencyMs } = slave.link
  return [
    slave.name,
    slaveStateOf(slave, now),
    `${slave.building.length} of ${slave.maxBuilds}`,
    [os, arch].filter(Boolean).join(' ') || dim('not seen yet'),
    cpus === null ? '' : `${cpus} cores`,
    slave.vitals?.load == null ? '' : `load ${slave.vitals.load.toFixed(1)}`,
    latencyMs === null ? '' : `${latencyMs.toFixed(1)} ms`,
    seenAgo(slave, now),
    slave.tags.join(', '),
  ]
}

/** How a slave fares, in words: what keeps builds from it before the state of its link. */
export function slaveStateOf(
  { state, paused, quarantine, draining, reason }: Slave,
  now: Moment,
): string {
  if (draining) return state === 'online' ? 'drains' : 'drained'
  if (paused)
    return `paused${paused.until === null ? '' : ` until ${clockTime(paused.until, now)}`}${
      paused.reason && `: ${paused.reason}`
    }`
  if (quarantine) return `in quarantine until ${clockTime(quarantine.until, now)}`
  return state === 'lost' ? 'link lost' : `${state}${reason && ` (${reason})`}`
}

function seenAgo({ state, link }: Slave, now: Moment): string {
  if (state === 'online') return ''
  return link.lastSeenAt === null ? 'never seen' : `seen ${duration(now - link.lastSeenAt)} ago`
}

function printOne(slave: Seen, now: Moment) {
  const { os, distro, osVersion, arch, cpus, memoryBytes, diskFreeBytes, tools } = factsOf(
    slave.info,
    slave.vitals ?? undefined,
  )
  const { link, quarantine } = slave
  const rows: [string, string | null][] = [
    ['name', slave.name],
    ['kind', slave.kind],
    ['state', slaveStateOf(slave, now)],
    ['builds', `${slave.building.length} of ${slave.maxBuilds}`],
    ['quarantine', quarantine && `${quarantine.failures} in a row, last: ${quarantine.reason}`],
    ['tags', slave.tags.join(', ') || null],
    ['system', [os, distro, osVersion, arch].filter(Boolean).join(' ') || null],
    ['processors', cpus === null ? null : String(cpus)],
    ['memory', gigabytes(memoryBytes)],
    ['disk free', gigabytes(diskFreeBytes)],
    ['load', slave.vitals?.load == null ? null : slave.vitals.load.toFixed(2)],
    ['address', link.address],
    ['latency', link.latencyMs === null ? null : `${link.latencyMs.toFixed(1)} ms`],
    ['throughput', link.bytesPerSecond === null ? null : `${Math.round(link.bytesPerSecond)} B/s`],
    ['clock', link.clockOffsetMs === null ? null : `${Math.round(link.clockOffsetMs)} ms ahead`],
    ['last seen', link.lastSeenAt === null ? 'never' : new Date(link.lastSeenAt).toLocaleString()],
    ['program', [link.program, slave.info.version].filter(Boolean).join(' ') || null],
    ...Object.entries(tools ?? {}).map(([name, version]): [string, string] => [name, version]),
  ]
  printTable(rows.flatMap(([key, value]) => (value === null ? [] : [[dim(key), value]])))
}

function gigabytes(bytes: number | null): string | null {
  return bytes === null ? null : `${(bytes / 1e9).toFixed(1)} GB`
}
