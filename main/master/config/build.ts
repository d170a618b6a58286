import { availableParallelism, homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { parseAddress } from '../../../slave/protocol/dial.ts'
import { type BackupSettings, DEFAULT_BACKUPS } from '../backup/settings.ts'
import { findBadRequirement, type Requirement, toRequirement } from '../process/requirements.ts'
import { buildElastic, machineNames, ownFolder } from './build-elastic.ts'
import { buildMonitors } from './build-monitors.ts'
import { buildSchedulers, readScheduler } from './build-schedulers.ts'
import { buildStep } from './build-steps.ts'
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

const POLL_MS = 60_000
const MISSING_AFTER_MS = 60 * 60_000

/** Checks what was read, fills in defaults, and returns `undefined` where nothing could be made of it. */
export function buildConfig(plain: unknown, file: string, problems: Problems): Config | undefined {
  const outer = check(OUTER_SHAPE, plain, [], problems)
  if (!outer) {
    checkInside(plain, problems)
    return undefined
  }
  for (const part of ['slaves', 'projects', 'builders', 'schedulers', 'locks', 'monitors'] as const)
    refuseTwins(outer[part] ?? [], part, problems)

  const slaves = (outer.slaves ?? [{ name: 'local' }]).flatMap((slave, i) =>
    buildSlaves(slave, file, ['slaves', i], problems),
  )
  const groups = groupsOf(outer.slaves ?? [])
  for (const [i, { name }] of (outer.slaves ?? []).entries())
    for (const [group, machines] of groups)
      if (group !== name && machines.includes(name))
        problems.add(['slaves', i, 'name'], `"${group}" has a machine of that name`)
  const projects = (outer.projects ?? []).map(project =>
    buildProject(project, dirname(resolve(file))),
  )
  const locks = (outer.locks ?? []).map(
    ({ name, scope = 'master', maxCount = 1 }): LockConfig => ({ name, scope, maxCount }),
  )
  const known = { slaves, groups, projects, locks: locks.map(lock => lock.name) }
  const builders = (outer.builders ?? []).map((builder, i) =>
    buildBuilder(builder, ['builders', i], known, problems),
  )
  const schedulers = buildSchedulers(outer.schedulers ?? [], projects, builders, problems)
  const monitors = buildMonitors(outer.monitors ?? [], file, projects, builders, problems)
  for (const [i, one] of (outer.notify ?? []).entries())
    if (one.kind !== 'desktop')
      problems.notice(
        ['notify', i, 'kind'],
        `notifications of kind "${one.kind}" are not yet sent by this version`,
      )

  return {
    title: outer.title ?? 'My desk',
    slaves,
    projects,
    builders,
    schedulers,
    locks,
    notify: (outer.notify ?? []).map(({ kind, on = USUAL_OCCASIONS }) => ({ kind, on })),
    monitors,
    backups: buildBackups(outer.backups),
    slavePort: outer.slavePort === undefined ? null : parseSlavePort(outer.slavePort)!,
  }
}

function buildBackups({ keep, maxSize, daily }: OuterShape['backups'] = {}): BackupSettings {
  return {
    keep: keep ?? DEFAULT_BACKUPS.keep,
    maxSizeBytes: maxSize === undefined ? DEFAULT_BACKUPS.maxSizeBytes : parseSize(maxSize)!,
    daily: daily ?? DEFAULT_BACKUPS.daily,
  }
}

// The frame is faulty: steps and schedulers are looked at all the same, so that one reading tells all.
function checkInside(plain: unknown, problems: Problems) {
  const { builders, schedulers } = (plain ?? {}) as { builders?: unknown; schedulers?: unknown }
  for (const [i, builder] of listOf(builders).entries())
    for (const [j, step] of listOf((builder as { steps?: unknown } | null)?.steps).entries())
      buildStep(step, ['builders', i, 'steps', j], undefined, problems)
  for (const [i, scheduler] of listOf(schedulers).entries())
    readScheduler(scheduler, ['schedulers', i], problems)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Checks a part against its shape and tells each fault in words. */
export function check<S extends z.ZodType>(
  shape: S,
  value: unknown,
  path: Path,
  problems: Problems,
): z.infer<S> | undefined {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) tell(issue, shape, value, path, problems)
  return undefined
}

function tell(
  issue: z.core.$ZodIssue,
  shape: z.ZodType,
  value: unknown,
  path: Path,
  problems: Problems,
) {
  const at: Path = [...path, ...(issue.path as (string | number)[])]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, issue.path as (string | number)[])
    for (const key of issue.keys)
      problems.add(
        [...at, key],
        `unknown key${didYouMean(key, known) || (known.length > 0 ? `; known are ${known.join(', ')}` : '')}`,
      )
    return
  }
  if (issue.code === 'invalid_type') {
    const found = valueAt(value, issue.path as (string | number)[])
    if (at.length === 0) {
      problems.add(at, 'must be a map with sections such as "builders:"')
      return
    }
    problems.add(at, found === undefined ? 'is needed' : mustBe(issue.expected, found))
    return
  }
  if (issue.code === 'invalid_value') {
    problems.add(at, `must be ${issue.values.map(one => String(one)).join(' or ')}`)
    return
  }
  if (issue.code === 'too_small') {
    problems.add(
      at,
      issue.origin === 'array' || issue.origin === 'string'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}`,
    )
    return
  }
  if (issue.code === 'too_big') {
    problems.add(
      at,
      `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`,
    )
    return
  }
  if (issue.code === 'invalid_key') {
    problems.add(at, issue.issues[0]?.message ?? 'is no name that can be used here')
    return
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest says it best.
    const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0]
    const wanted = issue.errors
      .flat()
      .flatMap(one =>
        one.code === 'invalid_type' && one.path.length === 0 ? [article(one.expected)] : [],
      )
    if (deepest && deepest.path.length > 0)
      tell({ ...deepest, path: [...issue.path, ...deepest.path] }, shape, value, path, problems)
    else if (deepest?.code === 'custom') problems.add(at, deepest.message)
    else
      problems.add(
        at,
        wanted.length > 0 ? `must be ${[...new Set(wanted)].join(' or ')}` : issue.message,
      )
    return
  }
  problems.add(at, issue.message)
}

function mustBe(expected: string, found: unknown): string {
  // YAML reads a bare 5 or true as what it looks like.
  const hint =
    expected === 'string' && (typeof found === 'number' || typeof found === 'boolean')
      ? `: write it in quotes, "${found}"`
      : ''
  return `must be ${article(expected)}${hint}`
}

const ARTICLES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}
function article(expected: string): string {
  return ARTICLES[expected] ?? expected
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const part of path) at = (at as Record<string | number, unknown> | undefined)?.[part]
  return at
}

// The keys that a shape knows at a path, for "did you mean".
function keysAt(shape: z.ZodType, path: Path): string[] {
  let at = shape as unknown as
    | {
        def: {
          type: string
          shape?: Record<string, unknown>
          element?: unknown
          innerType?: unknown
        }
      }
    | undefined
  const unwrap = () => {
    while (at?.def.innerType) at = at.def.innerType as typeof at
  }
  unwrap()
  for (const part of path) {
    at = (typeof part === 'number' ? at?.def.element : at?.def.shape?.[part]) as typeof at
    unwrap()
  }
  return Object.keys(at?.def.shape ?? {})
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
  return {
    name,
    repository: resolveRepository(project.repository, folder),
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
  if (repository === '~' || repository.startsWith('~/')) return join(homedir(), repository.slice(1))
  return resolve(folder, repository)
}

interface Known {
  readonly slaves: readonly SlaveConfig[]
  /** Slaves that are several machines. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  readonly projects: readonly ProjectConfig[]
  readonly locks: readonly string[]
}

function buildBuilder(
  builder: NonNullable<OuterShape['builders']>[number],
  path: Path,
  known: Known,
  problems: Problems,
): BuilderConfig {
  const projects = known.projects.map(project => project.name)
  const project = builder.project ?? projects[0] ?? ''
  if (builder.project !== undefined && !projects.includes(project))
    problems.add(
      [...path, 'project'],
      `there is no project "${project}"${didYouMean(project, projects)}`,
    )
  mustBeKnown(builder.locks ?? [], known.locks, 'lock', [...path, 'locks'], problems)
  const env = Object.fromEntries(Object.entries(builder.env ?? {}).map(([k, v]) => [k, String(v)]))
  const steps = builder.steps.flatMap((step, i) => {
    const built = buildStep(step, [...path, 'steps', i], known.locks, problems)
    if (built?.kind === 'git' && project === '')
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
  { slaves, groups }: Known,
  problems: Problems,
): string[] {
  const names = slaves.map(slave => slave.name)
  if (builder.slaves) {
    const known = [...groups.keys(), ...names]
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

export function mustBeKnown(
  wanted: readonly string[],
  known: readonly string[],
  noun: string,
  path: Path,
  problems: Problems,
): void {
  for (const [i, name] of wanted.entries())
    if (!known.includes(name))
      problems.add([...path, i], `there is no ${noun} "${name}"${didYouMean(name, known)}`)
}
