import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { parseAddress } from '../../../slave/protocol/dial.ts'
import { homeFolder } from '../../../slave/protocol/home.ts'
import { type BackupSettings, DEFAULT_BACKUPS } from '../backup/settings.ts'
import { splitAddress } from '../git/address.ts'
import { foldersOfTwins } from '../process/build-folder.ts'
import { findBadRequirement, type Requirement, toRequirement } from '../process/requirements.ts'
import { buildElastic, machineNames, ownFolder } from './build-elastic.ts'
import { buildMonitors } from './build-monitors.ts'
import { buildSchedulers } from './build-schedulers.ts'
import { buildStep, sizeLimit } from './build-steps.ts'
import { check, checkGlobs, mustBeKnown } from './check.ts'
import { parseDuration } from './duration.ts'
import {
  type BuilderConfig,
  type Config,
  type Lease,
  type LockConfig,
  type ProjectConfig,
  type SlaveConfig,
  type StepConfig,
  USUAL_OCCASIONS,
} from './model.ts'
import { didYouMean } from './nearest.ts'
import type { Path, Problems } from './parse.ts'
import { OUTER_SHAPE, type OuterShape } from './schema.ts'
import { parseSize } from './size.ts'
import { parseSlavePort } from './slave-port.ts'

const BUILD_LOG_BYTES = 1e9
const POLL_MS = 60_000
const MISSING_AFTER_MS = 60 * 60_000

/**
 * Checks what was read and fills in defaults. A part with a fault is told and left out, so that one
 * reading tells the faults of all parts; `undefined` where there are no parts at all.
 */
export function buildConfig(plain: unknown, file: string, problems: Problems): Config | undefined {
  const outer = readOuter(plain, problems)
  if (!outer) return undefined
  const written = plain as Readonly<Record<string, unknown>>
  for (const part of NAMED) refuseTwins(listOf(written[part]), part, problems)
  refuseNearTwins(outer.slaves ?? [], problems)
  const names = namesOf(written)

  const slaves = (outer.slaves ?? []).flatMap(({ part, at }) =>
    buildSlaves(part, file, ['slaves', at], problems),
  )
  if (written.slaves === undefined)
    slaves.push(...buildSlaves({ name: 'local' }, file, ['slaves'], problems))
  const groups = groupsOf((outer.slaves ?? []).map(({ part }) => part))
  for (const { part, at } of outer.slaves ?? [])
    for (const [group, machines] of groups)
      if (group !== part.name && machines.includes(part.name))
        problems.add(['slaves', at, 'name'], `"${group}" has a machine of that name`)
  const projectFolders = foldersOfTwins(names.projects ?? [])
  const projects = (outer.projects ?? []).map(({ part, at }) => {
    checkGlobs(part.branches, 'names', ['projects', at, 'branches'], problems)
    const project = buildProject(part, dirname(resolve(file)))
    return { ...project, ...folderIn(projectFolders, part.name) }
  })
  const locks = (outer.locks ?? []).map(
    ({ part: { name, scope = 'master', maxCount = 1 } }): LockConfig => ({ name, scope, maxCount }),
  )
  const known = { slaves, groups, projects, names }
  const builderFolders = foldersOfTwins(names.builders ?? [])
  const builders = (outer.builders ?? []).map(({ part, at }) => {
    const builder = buildBuilder(part, ['builders', at], known, problems)
    return { ...builder, ...folderIn(builderFolders, part.name) }
  })
  const schedulers = buildSchedulers(
    listOf(written.schedulers),
    projects,
    builders,
    names.builders,
    problems,
  )
  const monitors = buildMonitors(outer.monitors ?? [], file, names, problems)

  return {
    title: outer.title ?? 'My desk',
    slaves,
    projects,
    builders,
    schedulers,
    locks,
    notify: (outer.notify ?? []).map(({ part: { kind, on = USUAL_OCCASIONS } }) => ({ kind, on })),
    monitors,
    backups: buildBackups(outer.backups),
    slavePort: outer.slavePort === undefined ? null : parseSlavePort(outer.slavePort)!,
  }
}

const NAMED = ['slaves', 'projects', 'builders', 'schedulers', 'locks', 'monitors'] as const

/** Names of all that a file means to have, also of what is faulty; `undefined` where a section is no list. */
export type Names = Readonly<Record<(typeof NAMED)[number], readonly string[] | undefined>>

function namesOf(written: Readonly<Record<string, unknown>>): Names {
  const named = (section: string) => {
    const parts = written[section] ?? (section === 'slaves' ? [{ name: 'local' }] : [])
    if (!Array.isArray(parts)) return undefined
    return parts.flatMap(part => {
      const name = (part as { name?: unknown } | null)?.name
      return typeof name === 'string' ? [name] : []
    })
  }
  return Object.fromEntries(NAMED.map(section => [section, named(section)])) as unknown as Names
}

type Sections = { [K in keyof OuterShape]: Numbered<NonNullable<OuterShape[K]>> | undefined }
type Numbered<T> = T extends readonly (infer P)[] ? readonly Part<P>[] : T
/** An item of a section, and which one it is in the file. */
export interface Part<P> {
  readonly part: P
  readonly at: number
}

// Tells all faults of the frame, and gives what is without one.
function readOuter(plain: unknown, problems: Problems): Sections | undefined {
  const whole = check(OUTER_SHAPE, plain, [], problems)
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return undefined
  const sections = Object.entries(OUTER_SHAPE.shape).map(([key, shape]) => {
    const value = (plain as Readonly<Record<string, unknown>>)[key]
    if (!whole && key === 'builders') checkSteps(value, shape, problems)
    if (!Array.isArray(value)) {
      const read = shape.safeParse(value)
      return [key, read.success ? read.data : undefined]
    }
    // Each by itself: one that is faulty hides no other.
    const parts = value.flatMap((item, at) => {
      const read = shape.safeParse([item])
      return read.success ? [{ part: (read.data as unknown[])[0], at }] : []
    })
    return [key, parts]
  })
  return Object.fromEntries(sections) as Sections
}

// The steps of a builder that has a fault elsewhere are looked at all the same.
function checkSteps(builders: unknown, shape: z.ZodType, problems: Problems) {
  for (const [i, builder] of listOf(builders).entries())
    if (!shape.safeParse([builder]).success)
      for (const [j, step] of listOf((builder as { steps?: unknown } | null)?.steps).entries())
        buildStep(step, ['builders', i, 'steps', j], undefined, problems)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function buildBackups({ keep, maxSize, daily }: OuterShape['backups'] = {}): BackupSettings {
  return {
    keep: keep ?? DEFAULT_BACKUPS.keep,
    maxSizeBytes: maxSize === undefined ? DEFAULT_BACKUPS.maxSizeBytes : parseSize(maxSize)!,
    daily: daily ?? DEFAULT_BACKUPS.daily,
  }
}

function refuseTwins(parts: readonly unknown[], section: string, problems: Problems) {
  const seen = new Set<string>()
  for (const [index, part] of parts.entries()) {
    const name = (part as { name?: unknown } | null)?.name
    if (typeof name !== 'string') continue
    if (seen.has(name)) problems.add([section, index, 'name'], `there are two called "${name}"`)
    seen.add(name)
  }
}

// Their folders, keys and processes would be the same ones: macOS and Windows do not mind case.
function refuseNearTwins(
  slaves: readonly Part<NonNullable<OuterShape['slaves']>[number]>[],
  problems: Problems,
) {
  if (process.platform !== 'darwin' && process.platform !== 'win32') return
  const seen = new Map<string, string>()
  for (const { part, at } of slaves) {
    const { name, kind = part.address ? 'remote' : 'local' } = part
    if (kind !== 'local') continue
    const other = seen.get(name.toLowerCase())
    if (other !== undefined && other !== name)
      problems.add(
        ['slaves', at, 'name'],
        `differs from "${other}" in case only, and on this system both would work in one folder`,
      )
    seen.set(name.toLowerCase(), name)
  }
}

function folderIn(
  folders: ReadonlyMap<string, string>,
  name: string,
): { readonly folder?: string } {
  const folder = folders.get(name)
  return folder === undefined ? {} : { folder }
}

// A slave of this machine may be left alone for the length of a build; one far away
// holds up its builds meanwhile.
const LEASE_MS = { local: 60 * 60_000, other: 30 * 60_000 }
const GRACE_MS = 2 * 60_000
const SPOOL_MIB = 1024

function buildLease(
  { lease, grace, spoolMegabytes = SPOOL_MIB }: NonNullable<OuterShape['slaves']>[number],
  kind: SlaveConfig['kind'],
): Lease {
  const usual = kind === 'local' ? LEASE_MS.local : LEASE_MS.other
  return {
    leaseMs: (lease === undefined ? undefined : parseDuration(lease)) ?? usual,
    graceMs: (grace === undefined ? undefined : parseDuration(grace)) ?? GRACE_MS,
    spoolBytes: spoolMegabytes * 1024 * 1024,
  }
}

// One of the file may be several machines, each a slave of its own.
function buildSlaves(
  slave: NonNullable<OuterShape['slaves']>[number],
  file: string,
  path: Path,
  problems: Problems,
): SlaveConfig[] {
  const kind = slave.kind ?? (slave.address ? 'remote' : 'local')
  if (kind === 'local' && slave.address)
    problems.add([...path, 'address'], 'only a slave of kind remote has an address')
  if (slave.address !== undefined && !parseAddress(slave.address))
    problems.add([...path, 'address'], 'must be HOST:PORT, as in mini.local:9990')
  const elastic = buildElastic(slave, kind, resolve(file), path, problems)
  // A machine on demand is for one build, unless it is said otherwise.
  const most = kind === 'local' || kind === 'remote' ? Math.floor(availableParallelism() / 2) : 1
  const names = slave.machines !== undefined && elastic ? machineNames(slave) : [slave.name]
  return names.map(name => ({
    name,
    kind,
    maxBuilds: slave.maxBuilds ?? Math.max(1, most),
    tags: slave.tags ?? [],
    address: slave.address ?? null,
    terminal: slave.terminal ?? true,
    lease: buildLease(slave, kind),
    missingAfterMs:
      slave.missingAfter === 'off' || slave.missingAfter === false
        ? null
        : slave.missingAfter === undefined
          ? MISSING_AFTER_MS
          : parseDuration(slave.missingAfter) || null,
    elastic: elastic && ownFolder(elastic, name, names.length),
  }))
}

// Builders may name all machines of a slave by its name.
function groupsOf(slaves: NonNullable<OuterShape['slaves']>): Map<string, readonly string[]> {
  return new Map(
    slaves.filter(({ machines = 1 }) => machines > 1).map(one => [one.name, machineNames(one)]),
  )
}

function buildProject(
  project: NonNullable<OuterShape['projects']>[number],
  folder: string,
): ProjectConfig {
  const { name, poll } = project
  const { address, login } = splitAddress(resolveRepository(project.repository, folder))
  return {
    name,
    repository: address,
    ...(login && { login }),
    branches: project.branches ?? ['**'],
    pollMs:
      poll === 'off' || poll === false
        ? null
        : // As with limits of time, 0 means never.
          poll === undefined
          ? POLL_MS
          : parseDuration(poll) || null,
  }
}

/** A path is made absolute, from the folder of the configuration; a URL stays what it is. */
export function resolveRepository(repository: string, folder: string): string {
  if (/^[a-z][a-z+.-]*:\/\//i.test(repository)) return repository
  // scp-like: host:path. A single letter is a Windows drive.
  if (/^[^/\\]{2,}:/.test(repository) && !repository.startsWith('.')) return repository
  const home = homeFolder()
  const below = process.platform === 'win32' ? /^~($|[\\/])/ : /^~($|\/)/
  if (home && below.test(repository)) return join(home, repository.slice(1))
  return resolve(folder, repository)
}

interface Known {
  readonly slaves: readonly SlaveConfig[]
  /** Slaves that are several machines. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  readonly projects: readonly ProjectConfig[]
  readonly names: Names
}

function buildBuilder(
  builder: NonNullable<OuterShape['builders']>[number],
  path: Path,
  known: Known,
  problems: Problems,
): BuilderConfig {
  const { projects, locks } = known.names
  const project = builder.project ?? known.projects[0]?.name ?? ''
  if (builder.project !== undefined && projects && !projects.includes(project))
    problems.add(
      [...path, 'project'],
      `there is no project "${project}"${didYouMean(project, projects)}`,
    )
  mustBeKnown(builder.locks ?? [], locks, 'lock', [...path, 'locks'], problems)
  const env = Object.fromEntries(Object.entries(builder.env ?? {}).map(([k, v]) => [k, String(v)]))
  const steps = builder.steps.flatMap((step, i) => {
    const built = buildStep(step, [...path, 'steps', i], locks, problems)
    if (built?.kind === 'git' && project === '' && projects?.length === 0)
      problems.add(
        [...path, 'steps', i],
        'a git step needs a project, and there is none: add one under "projects:"',
      )
    for (const lock of built?.locks ?? [])
      if (builder.locks?.includes(lock))
        problems.add(
          [...path, 'steps', i, 'locks'],
          `the builder holds lock "${lock}" for the whole build already`,
        )
    return built ? [built] : []
  })
  return {
    name: builder.name,
    project,
    description: builder.description ?? '',
    tags: builder.tags ?? [],
    slaves: slavesOf(builder, path, known, problems),
    slaveTags: builder.slaves ? [] : (builder.slaveTags ?? []),
    requires: requirementsOf(builder.requires ?? {}, [...path, 'requires'], problems),
    env,
    properties: (builder.properties ?? {}) as BuilderConfig['properties'],
    locks: builder.locks ?? [],
    collapseRequests: builder.collapseRequests ?? true,
    maxLogBytes: sizeLimit(builder.maxLog, BUILD_LOG_BYTES),
    steps: withNamesOfTheirOwn(steps),
  }
}

// Steps of one name are told apart by a number.
function withNamesOfTheirOwn(steps: readonly StepConfig[]): StepConfig[] {
  const taken = new Set(steps.map(step => step.name))
  const seen = new Set<string>()
  return steps.map(step => {
    let { name } = step
    for (let n = 2; seen.has(name) || (name !== step.name && taken.has(name)); n++)
      name = `${step.name} ${n}`
    seen.add(name)
    return name === step.name ? step : { ...step, name }
  })
}

function slavesOf(
  builder: NonNullable<OuterShape['builders']>[number],
  path: Path,
  { slaves, groups, names: { slaves: written } }: Known,
  problems: Problems,
): string[] {
  const names = slaves.map(slave => slave.name)
  if (builder.slaves) {
    const known = written && [...written, ...names]
    mustBeKnown(builder.slaves, known, 'slave', [...path, 'slaves'], problems)
    return builder.slaves.flatMap(name => groups.get(name) ?? [name])
  }
  if (!builder.slaveTags) return names
  const wanted = builder.slaveTags
  const fitting = slaves.filter(slave => wanted.every(tag => slave.tags.includes(tag)))
  // One may be attached later; until then the queue says so.
  if (fitting.length === 0)
    problems.notice(
      [...path, 'slaveTags'],
      `no slave has ${wanted.length === 1 ? 'tag' : 'all of the tags'} ${wanted.join(', ')}; builds of "${builder.name}" wait for one`,
    )
  return fitting.map(slave => slave.name)
}

function requirementsOf(
  requires: Readonly<Record<string, unknown>>,
  path: Path,
  problems: Problems,
): Requirement[] {
  return Object.entries(requires).flatMap(([key, value]) => {
    const bad = findBadRequirement(key, value)
    if (bad === undefined) return [toRequirement(key, value)]
    problems.add([...path, key], bad)
    return []
  })
}
